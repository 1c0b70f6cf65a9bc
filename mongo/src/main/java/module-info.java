// SPDX-License-Identifier: Apache-2.0
// Copyright The Wellhead Authors

import dev.wellhead.database.spi.ConfigSection;
import dev.wellhead.mongo.MongoConfigSection;

/** MongoDB beside the SQL databases of a manager, under the same words. */
@SuppressWarnings({"requires-transitive-automatic", "requires-automatic"
}) // MongoDB's driver has no descriptors of its own.
module dev.wellhead.mongo {
    requires transitive dev.wellhead.database;
    requires transitive org.mongodb.driver.sync.client;
    requires transitive org.mongodb.driver.core;
    requires transitive org.mongodb.bson;
    requires org.slf4j;
    requires static org.jspecify;

    exports dev.wellhead.mongo;

    provides ConfigSection with
            MongoConfigSection;
}
