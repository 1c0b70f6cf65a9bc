// SPDX-License-Identifier: Apache-2.0
// Copyright The Wellhead Authors
package dev.wellhead.mongo;

import com.mongodb.client.ClientSession;
import com.mongodb.client.MongoDatabase;
import dev.wellhead.database.Supervision;

/** A transaction under way. For the thread of its work alone, and until that has returned. */
public final class MongoTransaction {

    private final ClientSession session;
    private final MongoDatabase database;
    private final Supervision.Course course;

    MongoTransaction(ClientSession session, MongoDatabase database, Supervision.Course course) {
        this.session = session;
        this.database = database;
        this.course = course;
    }

    /**
     * To be given to each operation that is to be part of the transaction, as in {@code
     * orders.insertOne(transaction.session(), order)}; what is done without it is not part of it. Wellhead begins, commits
     * and ends it.
     */
    public ClientSession session() {
        return session;
    }

    /** The database that the connection string names. */
    public MongoDatabase database() {
        return database;
    }

    /** Runs after the commit; what it throws is logged. Not at all when nobody knows whether it was committed. */
    public void afterCommit(Runnable hook) {
        course.afterCommit(hook);
    }

    /** Runs after the transaction was undone for certain; what it throws is logged. */
    public void afterRollback(Runnable hook) {
        course.afterRollback(hook);
    }
}
