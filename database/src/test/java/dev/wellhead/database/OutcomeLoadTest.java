// SPDX-License-Identifier: Apache-2.0
// Copyright The Wellhead Authors
package dev.wellhead.database;

import static org.assertj.core.api.Assertions.assertThat;

import dev.wellhead.testkit.Cut;
import dev.wellhead.testkit.Direction;
import dev.wellhead.testkit.FaultProxy;
import dev.wellhead.testkit.PostgresServer;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Queue;
import java.util.Random;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Eight writers move money while the network and the server fail around their commits. Longer: {@code
 * -Dwellhead.outcome.seconds=600 -Dwellhead.outcome.seed=7}.
 */
@Timeout(value = 60, unit = TimeUnit.MINUTES)
class OutcomeLoadTest {

    private static final Logger LOG = LoggerFactory.getLogger(OutcomeLoadTest.class);
    private static final int WRITERS = 8;
    private static final int ACCOUNTS = 200;
    private static final int SECONDS = Integer.getInteger("wellhead.outcome.seconds", 60);
    private static final long SEED = Long.getLong("wellhead.outcome.seed", System.nanoTime());

    private enum Reported {
        COMMITTED,
        ABORTED,
        UNKNOWN
    }

    private enum Fault {
        CUT_REQUEST,
        CUT_ANSWER,
        SWALLOW_REQUEST,
        SWALLOW_ANSWER,
        CUT_ALL,
        FREEZE_BACKEND,
        KILL_BACKEND,
        KILL_SERVER
    }

    /** What its writer was told of each transfer, and the token where nobody could say. */
    private final Map<String, Reported> reports = new ConcurrentHashMap<>();

    private final Map<String, String> tokens = new ConcurrentHashMap<>();
    private final Map<Fault, Integer> faults = new TreeMap<>();
    private final AtomicBoolean isOver = new AtomicBoolean();
    private final Queue<Throwable> failures = new ConcurrentLinkedQueue<>();

    @Test
    void byTableEveryReportIsTrueAndNoneIsUnknown() throws Exception {
        run(CommitOutcomeMode.TABLE, SECONDS);
        assertThat(tokens).as("seed=%d faults=%s", SEED, faults).isEmpty();
    }

    @Test
    void byNumberEveryReportIsTrue() throws Exception {
        // After a crash a number says nothing: those stay unknown, and are only counted.
        run(CommitOutcomeMode.XID, Math.max(15, SECONDS / 4));
    }

    private void run(CommitOutcomeMode mode, int seconds) throws Exception {
        try (var server = PostgresServer.builder()
                        .setting("synchronous_commit", "on")
                        .start();
                var proxy = FaultProxy.to(server)) {
            server.execute("CREATE TABLE account (id int PRIMARY KEY, balance bigint NOT NULL);"
                    + " INSERT INTO account SELECT id, 1000 FROM generate_series(1, " + ACCOUNTS + ") id;"
                    + " CREATE TABLE transfer (id text NOT NULL); CREATE INDEX ON transfer (id)");
            // Without names for prepared statements, so that the proxy sees COMMIT; and nobody waits long for a lock.
            var pool = Opened.pool(
                            "bank",
                            proxy.jdbcUrl("postgres")
                                    + "&socketTimeout=5&prepareThreshold=0&options=-c%20lock_timeout=3000")
                    .maxSize(WRITERS)
                    .acquireTimeout(Duration.ofSeconds(5))
                    .connectTimeout(Duration.ofSeconds(2))
                    .build();
            var config = new DatabaseConfig(
                    pool,
                    Opened.QUICK,
                    Opened.NO_BACKGROUND,
                    Duration.ofMinutes(1),
                    new OutcomePolicy(mode, Duration.ofSeconds(60)));
            try (var database = Database.open(config)) {
                load(database, server, proxy, seconds);
                check(server, database);
            }
        }
    }

    private void load(Database database, PostgresServer server, FaultProxy proxy, int seconds) throws Exception {
        List<Thread> writers = new ArrayList<>();
        for (int i = 0; i < WRITERS; i++) {
            int number = i;
            var writer = new Thread(() -> write(database, number), "writer-" + number);
            writer.setUncaughtExceptionHandler((thread, failure) -> failures.add(failure));
            writers.add(writer);
            writer.start();
        }
        var random = new Random(SEED);
        long end = System.nanoTime() + Duration.ofSeconds(seconds).toNanos();
        while (System.nanoTime() - end < 0) {
            var fault = Fault.values()[random.nextInt(Fault.values().length)];
            faults.merge(fault, 1, Integer::sum);
            inject(fault, server, proxy, random);
            // The pace of the faults: nothing is awaited.
            LockSupport.parkNanos(Duration.ofMillis(100 + random.nextInt(300)).toNanos());
            proxy.all().clear();
        }
        isOver.set(true);
        for (var writer : writers) {
            writer.join();
        }
        assertThat(failures).as("seed=%d", SEED).isEmpty();
    }

    private static void inject(Fault fault, PostgresServer server, FaultProxy proxy, Random random) {
        switch (fault) {
            case CUT_REQUEST -> proxy.existing().cutBefore(Direction.TO_SERVER, OutcomeTest.COMMIT, Cut.RESET);
            case CUT_ANSWER -> proxy.existing().cutBefore(Direction.TO_CLIENT, OutcomeTest.COMMIT, Cut.RESET);
            case SWALLOW_REQUEST -> proxy.existing().cutBefore(Direction.TO_SERVER, OutcomeTest.COMMIT, Cut.BLACK_HOLE);
            case SWALLOW_ANSWER -> proxy.existing().cutBefore(Direction.TO_CLIENT, OutcomeTest.COMMIT, Cut.BLACK_HOLE);
            case CUT_ALL -> proxy.existing().reset();
            case FREEZE_BACKEND -> freeze(server, random);
            case KILL_BACKEND -> pick(server, random).ifPresent(pid -> attempt(() -> server.killBackend(pid)));
            case KILL_SERVER -> {
                server.kill();
                server.restart();
            }
        }
    }

    private static void freeze(PostgresServer server, Random random) {
        pick(server, random)
                .ifPresent(pid -> attempt(() -> {
                    server.freezeBackend(pid);
                    // Longer than the writers wait for an answer, now and then.
                    LockSupport.parkNanos(
                            Duration.ofMillis(random.nextInt(6_000)).toNanos());
                    server.thawBackend(pid);
                }));
    }

    private static Optional<Long> pick(PostgresServer server, Random random) {
        try {
            var pids = server.backendPids();
            return pids.isEmpty() ? Optional.empty() : Optional.of(pids.get(random.nextInt(pids.size())));
        } catch (SQLException e) {
            // It is just recovering.
            return Optional.empty();
        }
    }

    /** The backend may have ended meanwhile. */
    private static void attempt(Runnable act) {
        try {
            act.run();
        } catch (IllegalArgumentException gone) {
            LOG.debug("the backend is gone", gone);
        }
    }

    private void write(Database database, int writer) {
        var random = new Random(SEED + writer);
        for (int i = 0; !isOver.get(); i++) {
            var id = writer + "-" + i;
            int first = 1 + random.nextInt(ACCOUNTS - 1);
            int second = first + 1 + random.nextInt(ACCOUNTS - first);
            int amount = random.nextInt(100) - 50;
            try {
                database.transaction("transfer", tx -> {
                    tx.update("take", "UPDATE account SET balance = balance - ? WHERE id = ?", amount, first);
                    tx.update("give", "UPDATE account SET balance = balance + ? WHERE id = ?", amount, second);
                    return tx.update("note", "INSERT INTO transfer VALUES (?)", id);
                });
                reports.put(id, Reported.COMMITTED);
            } catch (CommitOutcomeUnknownException e) {
                reports.put(id, Reported.UNKNOWN);
                tokens.put(id, e.token().orElseThrow());
            } catch (DatabaseException e) {
                assertThat(e.kind()).as(e.getMessage()).isNotEqualTo(ErrorKind.AMBIGUOUS);
                reports.put(id, Reported.ABORTED);
            }
        }
    }

    private void check(PostgresServer server, Database database) throws SQLException {
        var stored = new TreeMap<String, Integer>();
        server.execute("SELECT id FROM transfer").forEach(id -> stored.merge(id, 1, Integer::sum));
        var resolved = new TreeMap<CommitOutcome, Integer>();
        tokens.forEach((id, token) -> {
            var outcome = database.commitOutcome(token);
            resolved.merge(outcome, 1, Integer::sum);
            if (outcome != CommitOutcome.UNKNOWN) {
                reports.put(id, outcome == CommitOutcome.COMMITTED ? Reported.COMMITTED : Reported.ABORTED);
            }
        });
        var counts = new TreeMap<Reported, Integer>();
        reports.values().forEach(reported -> counts.merge(reported, 1, Integer::sum));
        LOG.info(
                "outcome load seed={} faults={} reports={} askedLater={} retries={}",
                SEED,
                faults,
                counts,
                resolved,
                database.counters().retries());
        var text = "seed=" + SEED + " faults=" + faults + " reports=" + counts;
        assertThat(server.execute("SELECT sum(balance) FROM account"))
                .as(text)
                .containsExactly(String.valueOf(1_000 * ACCOUNTS));
        List<String> wrong = new ArrayList<>();
        reports.forEach((id, reported) -> {
            int times = stored.getOrDefault(id, 0);
            boolean isTrue = switch (reported) {
                case COMMITTED -> times == 1;
                case ABORTED -> times == 0;
                case UNKNOWN -> times <= 1;
            };
            if (!isTrue) {
                wrong.add(id + " reported=" + reported + " times=" + times);
            }
        });
        assertThat(wrong).as(text).isEmpty();
        stored.keySet().removeAll(reports.keySet());
        assertThat(stored).as("nobody's " + text).isEmpty();
        assertThat(counts.getOrDefault(Reported.COMMITTED, 0)).as(text).isGreaterThan(100);
    }
}
