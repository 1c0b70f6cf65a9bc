// SPDX-License-Identifier: Apache-2.0
// Copyright The Wellhead Authors
package dev.wellhead.database;

import java.util.ArrayList;
import java.util.List;

/**
 * What runs after one attempt of a transaction. Used by the thread of the transaction alone.
 *
 * <p>What was added inside of a savepoint that was rolled back belongs to work that is undone whatever becomes of the
 * rest: its hooks for a commit are dropped, those for a rollback run in any case.
 */
final class Hooks {

    /** Hooks of one transaction; more is a loop that forgot to end. */
    static final int MOST = 10_000;

    /** How many there were when a savepoint was set. */
    record Mark(int commits, int rollbacks) {}

    private final String operation;
    private final CallLog log;
    private final List<Runnable> afterCommit = new ArrayList<>(0);
    private final List<Runnable> afterRollback = new ArrayList<>(0);
    private final List<Runnable> undone = new ArrayList<>(0);

    Hooks(String operation, CallLog log) {
        this.operation = operation;
        this.log = log;
    }

    void afterCommit(Runnable hook) {
        requireRoom();
        afterCommit.add(hook);
    }

    void afterRollback(Runnable hook) {
        requireRoom();
        afterRollback.add(hook);
    }

    Mark mark() {
        return new Mark(afterCommit.size(), afterRollback.size());
    }

    /** The work since the mark was rolled back. */
    void undoneSince(Mark mark) {
        afterCommit.subList(mark.commits(), afterCommit.size()).clear();
        var rolledBack = afterRollback.subList(mark.rollbacks(), afterRollback.size());
        undone.addAll(rolledBack);
        rolledBack.clear();
    }

    void committed() {
        run("afterRollback", undone);
        run("afterCommit", afterCommit);
    }

    void rolledBack() {
        run("afterRollback", undone);
        run("afterRollback", afterRollback);
    }

    /** Nobody knows whether it was committed; only what was undone before is certain. */
    void inDoubt() {
        run("afterRollback", undone);
    }

    private void requireRoom() {
        if (afterCommit.size() + afterRollback.size() + undone.size() >= MOST) {
            throw new IllegalStateException("transaction \"" + operation + "\" has " + MOST
                    + " hooks, the most there may be; collect what is to be done and add one hook for all of it");
        }
    }

    private void run(String name, List<Runnable> hooks) {
        for (var hook : hooks) {
            try {
                hook.run();
            } catch (Throwable e) {
                // The transaction has ended already: nothing that a hook throws may look like its failure.
                log.hookFailed(operation, name, e);
            }
        }
    }
}
