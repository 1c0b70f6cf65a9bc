// SPDX-License-Identifier: Apache-2.0
// Copyright The Wellhead Authors
package dev.wellhead.mongo;

import com.mongodb.MongoClientSettings;
import com.mongodb.event.CommandListener;
import com.mongodb.event.ConnectionPoolListener;
import com.mongodb.event.ServerListener;
import java.util.concurrent.TimeUnit;

/** What the driver is told. */
final class DriverSettings {

    private DriverSettings() {}

    /** Of the client with the pool. */
    static MongoClientSettings of(
            MongoConfig config, ConnectionPoolListener events, CommandListener commands, ServerListener servers) {
        return MongoClientSettings.builder()
                .applyConnectionString(config.connectionString())
                .applyToConnectionPoolSettings(pool -> pool.minSize(config.minSize())
                        .maxSize(config.maxSize())
                        .maxConnectionIdleTime(config.idleTimeout().toMillis(), TimeUnit.MILLISECONDS)
                        .maxWaitTime(config.acquireTimeout().toMillis(), TimeUnit.MILLISECONDS)
                        // The driver's own look at idle connections; it is also how soon missing ones are opened.
                        .maintenanceFrequency(1, TimeUnit.SECONDS)
                        .addConnectionPoolListener(events))
                .applyToSocketSettings(
                        socket -> socket.connectTimeout(config.connectTimeout().toMillis(), TimeUnit.MILLISECONDS)
                                .readTimeout(config.socketTimeout().toMillis(), TimeUnit.MILLISECONDS))
                .applyToClusterSettings(cluster ->
                        cluster.serverSelectionTimeout(config.selectionTimeout().toMillis(), TimeUnit.MILLISECONDS))
                .applyToServerSettings(server -> server.addServerListener(servers))
                .addCommandListener(commands)
                .build();
    }

    /**
     * One connection, and no answer that is waited for longer than a check may take. A server that is not found is given up
     * before that, so that the check can say why.
     */
    static MongoClientSettings ofControl(MongoConfig config) {
        long limit = config.policies().health().limit().toMillis();
        return MongoClientSettings.builder()
                .applyConnectionString(config.connectionString())
                .applicationName("wellhead-health")
                .applyToConnectionPoolSettings(
                        pool -> pool.minSize(0).maxSize(1).maxWaitTime(limit, TimeUnit.MILLISECONDS))
                .applyToSocketSettings(socket -> socket.connectTimeout(Math.max(1, limit / 2), TimeUnit.MILLISECONDS)
                        .readTimeout(limit, TimeUnit.MILLISECONDS))
                .applyToClusterSettings(
                        cluster -> cluster.serverSelectionTimeout(Math.max(1, limit * 3 / 4), TimeUnit.MILLISECONDS))
                .build();
    }
}
