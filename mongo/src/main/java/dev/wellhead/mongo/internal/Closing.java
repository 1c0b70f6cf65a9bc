// SPDX-License-Identifier: Apache-2.0
// Copyright The Wellhead Authors
package dev.wellhead.mongo.internal;

import com.mongodb.client.MongoClient;

/**
 * Closes clients. The driver tells the server of the sessions that end, over the pool, and waits for the answer: from a
 * server that says nothing for as long as its limits are. So that happens on a thread of its own.
 */
public final class Closing {

    private Closing() {}

    /** Begins to close it, on a daemon thread. */
    public static Thread begin(MongoClient client) {
        var thread = new Thread(client::close, "wellhead-mongo-close");
        thread.setDaemon(true);
        thread.start();
        return thread;
    }
}
