// SPDX-License-Identifier: Apache-2.0
// Copyright The Wellhead Authors
package dev.wellhead.mongo.internal;

import com.mongodb.MongoException;
import com.mongodb.client.ClientSession;
import com.mongodb.event.CommandEvent;
import com.mongodb.event.CommandFailedEvent;
import com.mongodb.event.CommandListener;
import com.mongodb.event.CommandStartedEvent;
import com.mongodb.event.CommandSucceededEvent;
import dev.wellhead.database.Phase;
import dev.wellhead.database.Supervision.Course;
import dev.wellhead.mongo.internal.OpenWork.Kind;
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
        private final @Nullable Call outer;
        private @Nullable Course course;
        private String statement = "";
        private Phase phase = Phase.NOT_SENT;
        private boolean isCommitUnanswered;

        private Call(String operation, boolean isTransaction, @Nullable Call outer) {
            this.operation = operation;
            this.isTransaction = isTransaction;
            this.outer = outer;
        }

        private void begins(Course next) {
            course = next;
            statement = "";
            phase = Phase.NOT_SENT;
            isCommitUnanswered = false;
        }

        /** A command is about to be sent; what an inner call sends an outer one has sent too. */
        private void sends(String command, String shape) {
            var now = course;
            if (now != null && !command.equals("abortTransaction")) {
                statement = shape;
                var next = !isTransaction
                        ? Phase.AUTOCOMMIT_SENT
                        : command.equals(COMMIT) ? Phase.COMMIT_SENT : Phase.IN_TRANSACTION;
                if (phase != next) {
                    phase = next;
                    now.reached(next);
                }
            }
            if (outer != null) {
                outer.sends("", shape);
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
    private static final String COMMIT = "commitTransaction";
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

    /** Makes a call, each attempt of which {@link #begin} announces. */
    public <T extends @Nullable Object> T around(String operation, boolean isTransaction, Supplier<T> made) {
        var outer = calls.get();
        calls.set(new Call(operation, isTransaction, outer));
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

    /** An attempt of the thread's call begins. */
    public void begin(Course course) {
        var call = calls.get();
        if (call != null) {
            call.begins(course);
        }
    }

    /** The attempt's work is done: what follows, such as hooks, is no part of it. */
    public void end() {
        var call = calls.get();
        if (call != null) {
            call.course = null;
        }
    }

    /** Whether the thread works for a transaction. */
    public boolean isInTransaction() {
        for (var call = calls.get(); call != null; call = call.outer) {
            if (call.isTransaction && call.course != null) {
                return true;
            }
        }
        return false;
    }

    /** Whether the attempt has sent its commit. */
    public boolean isCommitSent() {
        var call = calls.get();
        return call != null && call.phase == Phase.COMMIT_SENT;
    }

    /** Whether a commit of the attempt, which the driver sends more than once, may have taken effect unanswered. */
    public boolean isCommitUnanswered() {
        var call = calls.get();
        return call != null && call.isCommitUnanswered;
    }

    private void unanswered(String command) {
        var call = calls.get();
        if (call != null && command.equals(COMMIT)) {
            call.isCommitUnanswered = true;
        }
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
            open.used(Kind.TRANSACTION, transaction, operation);
        }
        if (command.equals("killCursors")) {
            text.getArray("cursors")
                    .forEach(id ->
                            open.ended(Kind.CURSOR, Long.toString(id.asNumber().longValue())));
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
        return text.containsKey("autocommit") && text.containsKey("lsid") ? session(text.getDocument("lsid")) : null;
    }

    private static String session(BsonDocument lsid) {
        return HexFormat.of().formatHex(lsid.getBinary("id").getData());
    }

    /** The session's transaction is over, whether the server was told or not. */
    public void ended(ClientSession session) {
        open.ended(Kind.TRANSACTION, session(session.getServerSession().getIdentifier()));
    }

    @Override
    public void commandSucceeded(CommandSucceededEvent event) {
        pool.ended(connection(event));
        var sent = running.remove(event.getRequestId());
        if (sent == null) {
            return;
        }
        var answer = event.getResponse();
        if (answer.containsKey("writeConcernError")) {
            unanswered(event.getCommandName());
        }
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
            open.used(Kind.CURSOR, Long.toString(id.asNumber().longValue()), sent.operation);
        } else if (sent.cursor != null) {
            open.ended(Kind.CURSOR, sent.cursor);
        }
    }

    private void endTransaction(String command, Running sent) {
        if (sent.transaction != null && (command.equals(COMMIT) || command.equals("abortTransaction"))) {
            open.ended(Kind.TRANSACTION, sent.transaction);
        }
    }

    @Override
    public void commandFailed(CommandFailedEvent event) {
        pool.ended(connection(event));
        var sent = running.remove(event.getRequestId());
        if (sent == null) {
            return;
        }
        if (!MongoErrors.isAnswer(event.getThrowable())) {
            unanswered(event.getCommandName());
        }
        endTransaction(event.getCommandName(), sent);
        if (sent.cursor != null) {
            open.ended(Kind.CURSOR, sent.cursor);
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
