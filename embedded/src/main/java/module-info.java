// SPDX-License-Identifier: Apache-2.0
// Copyright The Wellhead Authors

/** A private real PostgreSQL: started, kept and locked. Its binaries are a resource of whatever jar brings them. */
module dev.wellhead.embedded {
    requires org.apache.commons.compress;
    requires org.slf4j;
    requires org.tukaani.xz;
    requires static org.jspecify;

    exports dev.wellhead.embedded;
}
