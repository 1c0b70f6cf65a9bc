// SPDX-License-Identifier: Apache-2.0
// Copyright The Wellhead Authors

import dev.wellhead.config.EnvironmentManagerSource;
import dev.wellhead.database.spi.ConfigSection;
import dev.wellhead.database.spi.ManagerSource;

/** Settings from environment, files and flags, each with its origin. */
module dev.wellhead.config {
    requires transitive dev.wellhead.database;
    requires org.slf4j;
    requires org.yaml.snakeyaml;
    requires static org.jspecify;

    exports dev.wellhead.config;

    uses ConfigSection;

    provides ManagerSource with
            EnvironmentManagerSource;
}
