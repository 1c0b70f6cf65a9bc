// SPDX-License-Identifier: Apache-2.0
// Copyright The Wellhead Authors
package dev.wellhead.database;

import java.lang.ref.Cleaner;
import java.lang.ref.Reference;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.Spliterator;
import java.util.Spliterators;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.stream.Stream;
import java.util.stream.StreamSupport;
import org.jspecify.annotations.Nullable;

/**
 * The rows of a stream: reads them one by one and lets go of what holds them when it is closed, exhausted, or fails.
 *
 * <h2>Streams that nobody closes</h2>
 *
 * The stream holds this cursor until its last row was read, and its close handler for as long as the stream itself is
 * held, so a cursor that cannot be reached is one that nobody can close any more. The cleaner then says so and lets go,
 * on a thread of its own, because that may wait for the network. What the cleaner holds ({@link Held}) does not hold
 * the cursor.
 *
 * <p>Used by one thread at a time; only {@link Held} is shared, with the cleaner.
 */
final class RowCursor<T extends @Nullable Object> extends Spliterators.AbstractSpliterator<T> {

    private static final Cleaner CLEANER = Cleaner.create();

    private final ResultSet rows;
    private final RowMapper<T> mapper;
    private final Held held;
    private Cleaner.@Nullable Cleanable cleanable;
    private Runnable beforeRow = () -> {};
    private Runnable afterRow = () -> {};
    private Function<SQLException, ? extends RuntimeException> failure = IllegalStateException::new;
    private boolean ended;

    RowCursor(Statement statement, ResultSet rows, RowMapper<T> mapper) {
        super(Long.MAX_VALUE, Spliterator.ORDERED);
        this.rows = rows;
        this.mapper = mapper;
        this.held = new Held(statement);
    }

    /** Runs once, after the statement was closed, whoever closes this. */
    void whenClosed(Runnable action) {
        held.whenClosed = action;
    }

    /** Says and ends it when nobody can close this any more. */
    void watch(Runnable whenForgotten) {
        var watched = held;
        cleanable = CLEANER.register(this, () -> watched.forgotten(whenForgotten));
    }

    /** Runs after each row was read, or failed to be; once for each call of what runs before it. */
    void timed(Runnable after) {
        this.afterRow = after;
    }

    /**
     * The stream over it.
     *
     * @param before runs before each row; may refuse it
     * @param judge what to throw for an error of the database
     */
    Stream<T> streamed(Runnable before, Function<SQLException, ? extends RuntimeException> judge) {
        this.beforeRow = before;
        this.failure = judge;
        return StreamSupport.stream(this, false).onClose(this::close);
    }

    @Override
    public boolean tryAdvance(Consumer<? super T> action) {
        if (ended) {
            return false;
        }
        if (held.isClosed()) {
            throw new IllegalStateException(
                    "the stream was closed, or failed, before its last row was read, so there is"
                            + " no next row: read it inside of its try-with-resources");
        }
        T value;
        var read = false;
        try {
            beforeRow.run();
            try {
                if (!rows.next()) {
                    ended = true;
                    return false;
                }
            } finally {
                afterRow.run();
            }
            value = mapper.map(rows);
            read = true;
        } catch (SQLException e) {
            throw failure.apply(e);
        } finally {
            if (!read) {
                close();
            }
            Reference.reachabilityFence(this);
        }
        action.accept(value);
        return true;
    }

    /** Not split: one connection reads one row after the other. */
    @Override
    public @Nullable Spliterator<T> trySplit() {
        return null;
    }

    void close() {
        held.close();
        if (cleanable != null) {
            cleanable.clean();
        }
    }

    /** What must be let go of, once. */
    private static final class Held {

        private final Statement statement;
        private final AtomicBoolean closed = new AtomicBoolean();
        private volatile Runnable whenClosed = () -> {};

        Held(Statement statement) {
            this.statement = statement;
        }

        boolean isClosed() {
            return closed.get();
        }

        void close() {
            if (!closed.compareAndSet(false, true)) {
                return;
            }
            try {
                statement.close();
            } catch (SQLException closedWithItsConnection) {
                // The connection goes next, and the pool closes what is left of its statements.
            } finally {
                whenClosed.run();
            }
        }

        void forgotten(Runnable say) {
            if (isClosed()) {
                return;
            }
            say.run();
            var thread = new Thread(this::close, "wellhead-stream-release");
            thread.setDaemon(true);
            thread.start();
        }
    }
}
