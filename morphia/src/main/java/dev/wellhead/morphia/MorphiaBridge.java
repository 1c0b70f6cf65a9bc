// SPDX-License-Identifier: Apache-2.0
// Copyright The Wellhead Authors
package dev.wellhead.morphia;

import dev.morphia.Datastore;
import dev.morphia.Morphia;
import dev.morphia.config.MorphiaConfig;
import dev.wellhead.mongo.MongoDatabaseClient;

/**
 * Opens Morphia over the client of a {@link MongoDatabaseClient}: what it does runs on that pool, under its limits, and shows
 * in its snapshot and leases. Nothing more is opened, and nothing is to be closed: a datastore ends with the client.
 *
 * <p>Any thread may call.
 */
public final class MorphiaBridge {

    /** What a configuration of Morphia says that names no database. */
    private static final String UNNAMED = "morphia";

    private MorphiaBridge() {}

    /**
     * A datastore by what Morphia finds in {@code META-INF/morphia-config.properties}; without that file, by its defaults.
     *
     * @param client is open
     * @return as of {@link #datastore(MongoDatabaseClient, MorphiaConfig)}
     * @throws IllegalArgumentException when the file names another database than the connection string
     * @throws IllegalStateException when the client is not open
     */
    public static Datastore datastore(MongoDatabaseClient client) {
        return datastore(client, MorphiaConfig.load());
    }

    /**
     * A datastore on the client's pool, in the database that its connection string names. Asks the server only where the
     * configuration wants indexes, caps or validations applied; that waits as long as a call of the client may.
     *
     * @param client is open
     * @param config counts for mapping and indexes; how a UUID is written, like all that is not Morphia's, is the client's
     * @return to be kept: making one maps the packages anew
     * @throws IllegalArgumentException when the configuration names another database than the connection string
     * @throws IllegalStateException when the client is not open
     */
    public static Datastore datastore(MongoDatabaseClient client, MorphiaConfig config) {
        var database = client.database().getName();
        if (!config.database().equals(database) && !config.database().equals(UNNAMED)) {
            throw new IllegalArgumentException(
                    "Morphia is to use another database than its client: pool=" + client.name()
                            + " client=" + database + " morphia=" + config.database()
                            + "; name it in the connection string only");
        }
        return Morphia.createDatastore(client.client(), config.database(database));
    }
}
