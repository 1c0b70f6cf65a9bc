// SPDX-License-Identifier: Apache-2.0
// Copyright The Wellhead Authors
package dev.wellhead.mongo.internal;

import com.mongodb.MongoException;
import com.mongodb.event.CommandEvent;
import com.mongodb.event.CommandFailedEvent;
import com.mongodb.event.CommandListener;
import com.mongodb.event.CommandStartedEvent;
import com.mongodb.event.CommandSucceededEvent;
import dev.wellhead.database.Phase;
import dev.wellhead.database.Supervision.Course;
import dev.wellhead.pool.spi.StatementObserver;
import java.sql.SQLException;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.function.LongSupplier;
import java.util.function.Supplier;
import org.bson.BsonDocument;
import org.bson.BsonInt32;
import org.jspecify.annotations.Nullable;

/**
 * Follows the commands of a client: which call they belong to and how far it has come, which connection they run on, what
 * observers of statements are told, and which cursors and transactions they leave open.
 *
 * <p>The driver calls on the thread of the caller, before it sends and after it has read the answer.
 */
public final class Commands implements CommandListener, PoolEvents.Told {

    /** The call that a thread works for. */
    private static final class Call {
        private final String operation;
        private final boolean isTransaction;
        private final Course course;
        private String statement = "";
        private Phase phase = Phase.NOT_SENT;

        private Call(String operation, boolean isTransaction, Course course) {
            this.operation = operation;
            this.isTransaction = isTransaction;
            this.course = course;
        }

        /** A command is about to be sent. */
        private void sends(String command, String shape) {
            if (command.equals("abortTransaction")) {
                // What is undone was told before.
                return;
            }
            statement = shape;
            var next = !isTransaction
                    ? Phase.AUTOCOMMIT_SENT
                    : command.equals("commitTransaction") ? Phase.COMMIT_SENT : Phase.IN_TRANSACTION;
            if (phase != next) {
                phase = next;
                course.reached(next);
            }
        }
    }

    /** A command that was sent. */
    private record Running(
            String operation,
            String statement,
            @Nullable String transaction,
            @Nullable String cursor,
            long waitNanos,
            long sinceNanos) {}

    private static final String CURSOR = "cursor";
    private static final BsonInt32 NO_CODE = new BsonInt32(0);

    private final LongSupplier clock;
    private final Function<RuntimeException, SQLException> error;
    private final Runnable doubt;
    private final List<StatementObserver> observers = new CopyOnWriteArrayList<>();
    private final Map<Integer, Running> running = new ConcurrentHashMap<>();
    private final OpenWork open;
    private final PoolEvents pool;

    @SuppressWarnings("ThreadLocalUsage") // One for each client, which are few; removed when the call ends.
    private final ThreadLocal<@Nullable Call> calls = new ThreadLocal<>();

    /**
     * Knows of nothing yet.
     *
     * @param error puts an exception into the form for observers
     * @param doubt is run when something speaks against the server; quick
     */
    public Commands(
            String name,
            int minSize,
            int maxSize,
            LongSupplier clock,
            EventQueue queue,
            Function<RuntimeException, SQLException> error,
            Runnable doubt) {
        this.clock = clock;
        this.error = error;
        this.doubt = doubt;
        this.open = new OpenWork(clock);
        this.pool = new PoolEvents(name, minSize, maxSize, clock, queue, this);
    }

    /** The connections. */
    public PoolEvents pool() {
        return pool;
    }

    /** What commands have left open. */
    public OpenWork open() {
        return open;
    }

    /** Who is told; may be changed by any thread. */
    public List<StatementObserver> observers() {
        return observers;
    }

    // Calls.

    /** Makes a call, inside of which {@link #enter} says what the thread works for. */
    public <T extends @Nullable Object> T around(Supplier<T> made) {
        var outer = calls.get();
        try {
            return made.get();
        } finally {
            if (outer == null) {
                calls.remove();
            } else {
                calls.set(outer);
            }
        }
    }

    /** The thread works for that attempt of a call from now on. */
    public void enter(String operation, boolean isTransaction, Course course) {
        calls.set(new Call(operation, isTransaction, course));
    }

    /** Whether the thread works for a transaction. */
    public boolean isInTransaction() {
        var call = calls.get();
        return call != null && call.isTransaction;
    }

    @Override
    public String call() {
        var call = calls.get();
        return call == null ? "" : call.operation;
    }

    /** What the thread's call has sent last, without values. */
    public String statement() {
        var call = calls.get();
        return call == null ? "" : call.statement;
    }

    // Commands.

    @Override
    public void commandStarted(CommandStartedEvent event) {
        var command = event.getCommandName();
        var text = event.getCommand();
        var call = calls.get();
        var operation = CommandShape.operation(command, text);
        var statement = call == null && observers.isEmpty() ? "" : CommandShape.of(command, text);
        long waitNanos = pool.began(connection(event), operation, statement);
        if (call != null) {
            call.sends(command, statement);
        }
        var transaction = transaction(text);
        if (transaction != null) {
            open.used(OpenWork.Kind.TRANSACTION, transaction, operation);
        }
        if (command.equals("killCursors")) {
            text.getArray("cursors")
                    .forEach(id -> open.ended(
                            OpenWork.Kind.CURSOR, Long.toString(id.asNumber().longValue())));
        }
        var cursor = command.equals("getMore")
                ? Long.toString(text.getNumber("getMore").longValue())
                : null;
        running.put(
                event.getRequestId(),
                new Running(operation, statement, transaction, cursor, waitNanos, clock.getAsLong()));
    }

    private static long connection(CommandEvent event) {
        return event.getConnectionDescription().getConnectionId().getLocalValue();
    }

    /** The session of a command that belongs to a transaction; null for all others. */
    private static @Nullable String transaction(BsonDocument text) {
        return text.containsKey("autocommit") && text.containsKey("lsid")
                ? HexFormat.of()
                        .formatHex(text.getDocument("lsid").getBinary("id").getData())
                : null;
    }

    @Override
    public void commandSucceeded(CommandSucceededEvent event) {
        pool.ended(connection(event));
        var sent = running.remove(event.getRequestId());
        if (sent == null) {
            return;
        }
        var answer = event.getResponse();
        follow(event.getCommandName(), sent, answer);
        if (!observers.isEmpty() && !sent.statement.isEmpty()) {
            tell(sent, rows(answer), refused(answer));
        }
    }

    /** Which cursors and transactions the answer leaves open. */
    private void follow(String command, Running sent, BsonDocument answer) {
        endTransaction(command, sent);
        var id = answer.isDocument(CURSOR) ? answer.getDocument(CURSOR).get("id") : null;
        if (id != null && id.isNumber() && id.asNumber().longValue() != 0) {
            open.used(OpenWork.Kind.CURSOR, Long.toString(id.asNumber().longValue()), sent.operation);
        } else if (sent.cursor != null) {
            open.ended(OpenWork.Kind.CURSOR, sent.cursor);
        }
    }

    private void endTransaction(String command, Running sent) {
        if (sent.transaction != null && (command.equals("commitTransaction") || command.equals("abortTransaction"))) {
            open.ended(OpenWork.Kind.TRANSACTION, sent.transaction);
        }
    }

    @Override
    public void commandFailed(CommandFailedEvent event) {
        pool.ended(connection(event));
        var sent = running.remove(event.getRequestId());
        if (sent == null) {
            return;
        }
        endTransaction(event.getCommandName(), sent);
        if (sent.cursor != null) {
            open.ended(OpenWork.Kind.CURSOR, sent.cursor);
        }
        if (!observers.isEmpty() && !sent.statement.isEmpty()) {
            var thrown = event.getThrowable();
            tell(
                    sent,
                    0,
                    error.apply(
                            thrown instanceof RuntimeException known ? known : new MongoException("failed", thrown)));
        }
    }

    /** Documents that the answer brings, or that were changed. */
    private static long rows(BsonDocument answer) {
        if (answer.isDocument(CURSOR)) {
            var cursor = answer.getDocument(CURSOR);
            var batch = cursor.get(cursor.containsKey("firstBatch") ? "firstBatch" : "nextBatch");
            return batch != null && batch.isArray() ? batch.asArray().size() : 0;
        }
        return answer.isNumber("n") ? answer.getNumber("n").longValue() : 0;
    }

    /** The first error of a bulk, which comes with an answer that is well otherwise. */
    private @Nullable SQLException refused(BsonDocument answer) {
        if (!answer.isArray("writeErrors")) {
            return null;
        }
        var errors = answer.getArray("writeErrors");
        return errors.isEmpty() || !errors.get(0).isDocument()
                ? null
                : error.apply(new MongoException(
                        errors.get(0).asDocument().getNumber("code", NO_CODE).intValue(), "write error"));
    }

    private void tell(Running sent, long rows, @Nullable SQLException failure) {
        long ranNanos = clock.getAsLong() - sent.sinceNanos;
        var call = call();
        each(observer -> {
            var tally = observer.tally(sent.statement);
            tally.ran(call, sent.waitNanos, ranNanos, failure);
            if (rows > 0) {
                tally.rows(rows);
            }
        });
    }

    // Connections.

    @Override
    public void waited(String operation, long waitNanos, @Nullable RuntimeException refused) {
        if (!observers.isEmpty()) {
            var failure = refused == null ? null : error.apply(refused);
            each(observer -> observer.waited(operation, waitNanos, failure));
        }
    }

    @Override
    public void leaseEnded(String operation, String command, long waitNanos, long heldNanos, long runNanos) {
        each(observer -> observer.leaseEnded(operation, command, waitNanos, heldNanos, runNanos));
    }

    @Override
    public void doubted() {
        doubt.run();
    }

    private void each(Consumer<StatementObserver> told) {
        for (var observer : observers) {
            try {
                told.accept(observer);
            } catch (RuntimeException ignored) {
                // As the contract of observers says: the caller's work goes on.
            }
        }
    }
}
