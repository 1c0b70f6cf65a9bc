// SPDX-License-Identifier: Apache-2.0
// Copyright The Wellhead Authors
package dev.wellhead.pool.internal;

import dev.wellhead.pool.Secret;
import dev.wellhead.pool.spi.StatementObserver;
import java.sql.SQLException;
import java.util.List;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Several observers as one; what one of them throws is not kept from the others. */
final class StatementObservers implements StatementObserver {

    private static final Logger LOG = LoggerFactory.getLogger(StatementObservers.class);

    private final StatementObserver[] all;

    private StatementObservers(List<StatementObserver> all) {
        this.all = all.toArray(StatementObserver[]::new);
    }

    /** Null for nobody; one is himself. */
    static @Nullable StatementObserver of(List<StatementObserver> all) {
        return switch (all.size()) {
            case 0 -> null;
            case 1 -> all.get(0);
            default -> new StatementObservers(all);
        };
    }

    @Override
    public Tally tally(String sql) {
        var tallies = new Tally[all.length];
        for (int i = 0; i < all.length; i++) {
            tallies[i] = tally(all[i], sql);
        }
        return new Tallies(tallies);
    }

    private static Tally tally(StatementObserver one, String sql) {
        try {
            return one.tally(sql);
        } catch (RuntimeException e) {
            failed(e);
            return Nobody.INSTANCE;
        }
    }

    @Override
    public void waited(String operation, long waitNanos, @Nullable SQLException refused) {
        each(all, observer -> observer.waited(operation, waitNanos, refused));
    }

    @Override
    public void leaseEnded(String operation, String callSite, long waitNanos, long heldNanos, long sqlNanos) {
        each(all, observer -> observer.leaseEnded(operation, callSite, waitNanos, heldNanos, sqlNanos));
    }

    private static <T> void each(T[] told, Consumer<T> call) {
        for (var one : told) {
            try {
                call.accept(one);
            } catch (RuntimeException e) {
                failed(e);
            }
        }
    }

    private static void failed(RuntimeException e) {
        LOG.debug("statement observer failed", Secret.mask(e));
    }

    /** Of one that could not say. */
    private enum Nobody implements Tally {
        INSTANCE;

        @Override
        public void ran(String operation, long waitNanos, long runNanos, @Nullable SQLException error) {}

        @Override
        public void rows(long count) {}

        @Override
        public void fetched(long nanos) {}

        @Override
        public void held(long nanos) {}
    }

    /** One of each. */
    private static final class Tallies implements Tally {

        private final Tally[] all;

        Tallies(Tally[] all) {
            this.all = all;
        }

        @Override
        public void ran(String operation, long waitNanos, long runNanos, @Nullable SQLException error) {
            each(all, tally -> tally.ran(operation, waitNanos, runNanos, error));
        }

        @Override
        public void rows(long count) {
            each(all, tally -> tally.rows(count));
        }

        @Override
        public void fetched(long nanos) {
            each(all, tally -> tally.fetched(nanos));
        }

        @Override
        public void held(long nanos) {
            each(all, tally -> tally.held(nanos));
        }
    }
}
