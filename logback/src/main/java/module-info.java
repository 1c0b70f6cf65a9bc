// SPDX-License-Identifier: Apache-2.0
// Copyright The Wellhead Authors

/** The table of log events, and their classic and JSON forms for Logback. */
module dev.wellhead.logback {
    requires dev.wellhead.database;
    requires transitive ch.qos.logback.classic;
    requires transitive ch.qos.logback.core;
    requires transitive org.slf4j;
    requires static org.jspecify;

    exports dev.wellhead.logback;
}
