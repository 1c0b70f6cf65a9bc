// SPDX-License-Identifier: Apache-2.0
// Copyright The Wellhead Authors
package dev.wellhead.database;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;
import static org.awaitility.Awaitility.await;

import dev.wellhead.testkit.Cut;
import dev.wellhead.testkit.Direction;
import dev.wellhead.testkit.FaultProxy;
import dev.wellhead.testkit.OwnThread;
import dev.wellhead.testkit.PostgresServer;
import java.nio.charset.StandardCharsets;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** One fault at a time, around the COMMIT of one transaction, on a real server. */
@Timeout(value = 60, unit = TimeUnit.SECONDS)
class OutcomeTest {

    /** The end of a statement, and the tag of its answer; the word COMMITTED in another is none. */
    static final byte[] COMMIT = "COMMIT\0".getBytes(StandardCharsets.US_ASCII);

    private static final List<String> ONCE = List.of("1");

    private static PostgresServer server;
    private static FaultProxy proxy;

    private final List<Database> open = new ArrayList<>();
    private final List<String> events = new CopyOnWriteArrayList<>();

    @BeforeAll
    static void start() {
        server = PostgresServer.start();
        proxy = FaultProxy.to(server);
    }

    @AfterAll
    static void stop() {
        proxy.close();
        server.close();
    }

    @BeforeEach
    void create() throws SQLException {
        server.execute("DROP TABLE IF EXISTS item, wellhead_outcome; CREATE TABLE item (id int)");
    }

    @AfterEach
    void mend() {
        proxy.all().clear();
        server.thaw();
        if (!server.isRunning()) {
            server.restart();
        }
        open.forEach(Database::close);
    }

    @Test
    void tableIsCreatedOnceAndSaid() throws SQLException {
        try (var log = new LogCapture()) {
            var database = open(CommitOutcomeMode.AUTO, RetryPolicy.NONE);
            save(database);
            save(database);
            assertThat(server.execute("SELECT outcome FROM wellhead_outcome"))
                    .containsOnly("COMMITTED")
                    .hasSize(2);
            assertThat(log.lines().stream().filter(line -> line.startsWith("INFO commit outcome")))
                    .containsExactly(
                            "INFO commit outcome by table pool=test table=public.wellhead_outcome created=true");
            save(open(CommitOutcomeMode.TABLE, RetryPolicy.NONE));
            assertThat(log.lines())
                    .contains("INFO commit outcome by table pool=test table=public.wellhead_outcome created=false");
        }
    }

    @Test
    void whatWritesNothingHasNoRow() throws SQLException {
        var database = open(CommitOutcomeMode.AUTO, RetryPolicy.NONE);
        save(database);
        for (var options : List.of(TransactionOptions.DEFAULT, TransactionOptions.DEFAULT.withReadOnly(true))) {
            int one = database.transaction(
                    "read", options, tx -> tx.query("one", "SELECT 1").one(Integer.class));
            assertThat(one).isEqualTo(1);
        }
        database.transaction("nothing", tx -> null);
        assertThat(server.execute("SELECT count(*) FROM wellhead_outcome")).isEqualTo(ONCE);
    }

    @Test
    void rowsOfNoUseAreDeleted() throws SQLException {
        var database = open(CommitOutcomeMode.TABLE, RetryPolicy.NONE);
        save(database);
        server.execute("INSERT INTO wellhead_outcome VALUES"
                + " (gen_random_uuid(), 'ABORTED', now() - interval '8 days'),"
                + " (gen_random_uuid(), 'COMMITTED', now() - interval '8 days'),"
                + " (gen_random_uuid(), 'ABORTED', now() - interval '6 days')");
        for (int i = 1; i < 300; i++) {
            save(database);
        }
        assertThat(server.execute("SELECT outcome || count(*) FROM wellhead_outcome GROUP BY outcome ORDER BY outcome"))
                .containsExactly("ABORTED1", "COMMITTED44");
        assertThat(server.execute("SELECT count(*) FROM item")).containsExactly("300");
    }

    @ParameterizedTest
    @EnumSource(
            value = CommitOutcomeMode.class,
            names = {"TABLE", "XID"})
    void lostAnswerIsFoundToBeCommitted(CommitOutcomeMode mode) throws SQLException {
        try (var log = new LogCapture()) {
            var database = warm(open(mode, Opened.QUICK));
            proxy.existing().cutBefore(Direction.TO_CLIENT, COMMIT, Cut.RESET);
            assertThat(save(database)).isEqualTo("saved");
            assertThat(rows()).isEqualTo(ONCE);
            assertThat(events).containsExactly("work", "committed");
            assertThat(database.counters().retries()).isZero();
            assertThat(database.counters().failed()).isZero();
            assertThat(database.counters().lostCommits())
                    .isEqualTo(
                            Map.of(CommitOutcome.COMMITTED, 1L, CommitOutcome.ABORTED, 0L, CommitOutcome.UNKNOWN, 0L));
            assertThat(log.lines())
                    .anyMatch(line -> line.matches(
                            "WARN commit answer lost pool=test operation=save outcome=COMMITTED elapsedMs=\\d+"));
        }
    }

    @ParameterizedTest
    @EnumSource(
            value = CommitOutcomeMode.class,
            names = {"TABLE", "XID"})
    void lostRequestIsFoundToBeAbortedAndRunsAgain(CommitOutcomeMode mode) throws SQLException {
        var database = warm(open(mode, Opened.QUICK));
        proxy.existing().cutBefore(Direction.TO_SERVER, COMMIT, Cut.RESET);
        assertThat(save(database)).isEqualTo("saved");
        assertThat(rows()).isEqualTo(ONCE);
        assertThat(events).containsExactly("work", "rolled back", "work", "committed");
        assertThat(database.counters().retries()).isEqualTo(1);
        assertThat(database.counters().lostCommits()).containsEntry(CommitOutcome.ABORTED, 1L);
    }

    @ParameterizedTest
    @EnumSource(
            value = CommitOutcomeMode.class,
            names = {"TABLE", "XID"})
    void withoutRetryTheAbortIsThrown(CommitOutcomeMode mode) throws SQLException {
        var database = warm(open(mode, RetryPolicy.NONE));
        proxy.existing().cutBefore(Direction.TO_SERVER, COMMIT, Cut.RESET);
        assertThatThrownBy(() -> save(database)).isInstanceOfSatisfying(ConnectionLostException.class, e -> {
            assertThat(e.kind()).isEqualTo(ErrorKind.RETRY_TRANSACTION);
            assertThat(e.phase()).isEqualTo(Phase.COMMIT_SENT);
            assertThat(e.sqlState()).isEqualTo("08W10");
        });
        assertThat(rows()).isEmpty();
        assertThat(events).containsExactly("work", "rolled back");
    }

    @ParameterizedTest
    @EnumSource(
            value = CommitOutcomeMode.class,
            names = {"TABLE", "XID"})
    void blackHoledRequestIsFencedAndAborted(CommitOutcomeMode mode) throws SQLException {
        var database = warm(open(mode, RetryPolicy.NONE));
        var backend = backend(database);
        proxy.existing().cutBefore(Direction.TO_SERVER, COMMIT, Cut.BLACK_HOLE);
        assertThatThrownBy(() -> save(database))
                .isInstanceOfSatisfying(
                        ConnectionLostException.class,
                        e -> assertThat(e.kind()).isEqualTo(ErrorKind.RETRY_TRANSACTION));
        assertThat(server.backendPids()).doesNotContain(backend);
        assertThat(rows()).isEmpty();
    }

    @ParameterizedTest
    @EnumSource(
            value = CommitOutcomeMode.class,
            names = {"TABLE", "XID"})
    void blackHoledAnswerIsCommitted(CommitOutcomeMode mode) throws SQLException {
        var database = warm(open(mode, RetryPolicy.NONE));
        proxy.existing().cutBefore(Direction.TO_CLIENT, COMMIT, Cut.BLACK_HOLE);
        assertThat(save(database)).isEqualTo("saved");
        assertThat(rows()).isEqualTo(ONCE);
    }

    @Test
    void frozenBackendNeverCommitsAfterItsTokenWasBurnt() throws SQLException {
        var database = warm(open(CommitOutcomeMode.TABLE, RetryPolicy.NONE));
        long backend = backend(database);
        assertThatThrownBy(() -> save(database, () -> server.freezeBackend(backend)))
                .isInstanceOfSatisfying(
                        ConnectionLostException.class,
                        e -> assertThat(e.kind()).isEqualTo(ErrorKind.RETRY_TRANSACTION));
        assertThat(rows()).isEmpty();
        // Its COMMIT waits in its socket; the token in front of it is taken now.
        server.thawBackend(backend);
        await().until(() -> !server.backendPids().contains(backend));
        assertThat(rows()).isEmpty();
    }

    @Test
    void frozenBackendHasNoOutcomeByNumberUntilItIsGone() throws SQLException {
        var database = warm(open(CommitOutcomeMode.XID, RetryPolicy.NONE, Duration.ofSeconds(2)));
        long backend = backend(database);
        proxy.existing().cutBefore(Direction.TO_SERVER, COMMIT, Cut.BLACK_HOLE);
        var saving = CompletableFuture.supplyAsync(
                () -> catchThrowableOfType(CommitOutcomeUnknownException.class, () -> save(database)), OwnThread.EACH);
        await().until(() -> server.execute(
                        "SELECT 1 FROM pg_stat_activity WHERE state = 'idle in transaction' AND pid = " + backend
                                + " AND query LIKE '%pg_current_xact_id_if_assigned%'")
                .equals(ONCE));
        server.freezeBackend(backend);
        var unknown = saving.join();
        assertThat(unknown).isNotNull();
        assertThat(events).containsExactly("work");
        assertThat(database.commitOutcome(unknown.token().orElseThrow())).isEqualTo(CommitOutcome.UNKNOWN);
        server.thawBackend(backend);
        assertThat(database.commitOutcome(unknown.token().orElseThrow())).isEqualTo(CommitOutcome.ABORTED);
        assertThat(server.backendPids()).doesNotContain(backend);
        assertThat(rows()).isEmpty();
    }

    @ParameterizedTest
    @EnumSource(
            value = CommitOutcomeMode.class,
            names = {"TABLE", "XID"})
    void killedServerRemembersWhatItHadCommitted(CommitOutcomeMode mode) throws SQLException {
        var database = warm(open(mode, RetryPolicy.NONE));
        proxy.existing().cutBefore(Direction.TO_CLIENT, COMMIT, Cut.BLACK_HOLE);
        var saving = CompletableFuture.supplyAsync(() -> save(database), OwnThread.EACH);
        await().until(() -> rows().equals(ONCE));
        server.kill();
        server.restart();
        if (mode == CommitOutcomeMode.TABLE) {
            assertThat(saving.join()).isEqualTo("saved");
        } else {
            // Numbers may have been given out again.
            assertThatThrownBy(saving::join).hasCauseInstanceOf(CommitOutcomeUnknownException.class);
        }
        assertThat(rows()).isEqualTo(ONCE);
    }

    @Test
    void whatCannotBeFoundOutInTimeIsAskedLater() throws SQLException {
        var database = warm(open(CommitOutcomeMode.TABLE, RetryPolicy.DEFAULT, Duration.ofMillis(500)));
        proxy.existing().cutBefore(Direction.TO_CLIENT, COMMIT, Cut.RESET);
        proxy.future().reset();
        var unknown = catchThrowableOfType(CommitOutcomeUnknownException.class, () -> save(database));
        assertThat(unknown.code()).isEqualTo(ErrorCode.E2018);
        assertThat(unknown.kind()).isEqualTo(ErrorKind.AMBIGUOUS);
        assertThat(unknown.retryable()).isFalse();
        assertThat(unknown.attempts()).isEqualTo(1);
        var token = unknown.token().orElseThrow();
        assertThat(unknown).hasMessageContaining("token=" + token);
        assertThat(events).as("neither hook").containsExactly("work");
        assertThat(database.commitOutcome(token)).isEqualTo(CommitOutcome.UNKNOWN);
        proxy.all().clear();
        assertThat(database.commitOutcome(token)).isEqualTo(CommitOutcome.COMMITTED);
        assertThat(database.counters().lostCommits())
                .as("one lost answer, whoever asks again")
                .isEqualTo(Map.of(CommitOutcome.COMMITTED, 0L, CommitOutcome.ABORTED, 0L, CommitOutcome.UNKNOWN, 1L));
        assertThat(open(CommitOutcomeMode.OFF, RetryPolicy.NONE).commitOutcome(token))
                .as("as by another process")
                .isEqualTo(CommitOutcome.COMMITTED);
    }

    @Test
    void whoAsksLaterAndIsToldAbortedIsToldSoForGood() throws SQLException {
        var database = warm(open(CommitOutcomeMode.TABLE, RetryPolicy.NONE, Duration.ofMillis(500)));
        proxy.existing().cutBefore(Direction.TO_SERVER, COMMIT, Cut.RESET);
        proxy.future().reset();
        var unknown = catchThrowableOfType(CommitOutcomeUnknownException.class, () -> save(database));
        proxy.all().clear();
        for (int i = 0; i < 3; i++) {
            assertThat(database.commitOutcome(unknown.token().orElseThrow())).isEqualTo(CommitOutcome.ABORTED);
        }
        assertThat(rows()).isEmpty();
    }

    @Test
    void tableOfAnotherSchemaIsNeverTakenForTheOne() throws SQLException {
        var database = warm(open(CommitOutcomeMode.TABLE, RetryPolicy.NONE, Duration.ofMillis(500)));
        proxy.existing().cutBefore(Direction.TO_CLIENT, COMMIT, Cut.RESET);
        proxy.future().reset();
        var unknown = catchThrowableOfType(CommitOutcomeUnknownException.class, () -> save(database));
        proxy.all().clear();
        server.execute("DROP SCHEMA IF EXISTS other CASCADE; CREATE SCHEMA other;"
                + " CREATE TABLE other.wellhead_outcome (LIKE wellhead_outcome INCLUDING ALL)");
        var other = open(
                url() + "&currentSchema=other",
                RetryPolicy.NONE,
                new OutcomePolicy(CommitOutcomeMode.TABLE, Duration.ofMillis(500)));
        assertThat(other.commitOutcome(unknown.token().orElseThrow())).isEqualTo(CommitOutcome.UNKNOWN);
        assertThat(server.execute("SELECT 1 FROM other.wellhead_outcome")).isEmpty();
    }

    @Test
    void offSaysThatItIsUnknown() throws SQLException {
        var database = warm(open(CommitOutcomeMode.OFF, Opened.QUICK));
        proxy.existing().cutBefore(Direction.TO_CLIENT, COMMIT, Cut.RESET);
        assertThatThrownBy(() -> save(database)).isInstanceOfSatisfying(CommitOutcomeUnknownException.class, e -> {
            assertThat(e.token()).isEmpty();
            assertThat(e.attempts()).isEqualTo(1);
        });
        assertThat(server.execute("SELECT to_regclass('wellhead_outcome')")).containsExactly("null");
    }

    @Test
    void readOnlyWorkRunsAgainWithoutAsking() throws SQLException {
        var database = warm(open(CommitOutcomeMode.TABLE, Opened.QUICK));
        proxy.existing().cutBefore(Direction.TO_CLIENT, COMMIT, Cut.RESET);
        int one = database.transaction(
                "read",
                TransactionOptions.DEFAULT.withReadOnly(true),
                tx -> tx.query("one", "SELECT 1").one(Integer.class));
        assertThat(one).isEqualTo(1);
        assertThat(database.counters().retries()).isEqualTo(1);
    }

    @Test
    void whoMayNotCreateTheTableGoesByNumber() throws SQLException {
        server.execute("DO $$ BEGIN CREATE ROLE clerk LOGIN; EXCEPTION WHEN duplicate_object THEN NULL; END $$;"
                + " GRANT ALL ON item TO clerk");
        try (var log = new LogCapture()) {
            var url = "jdbc:postgresql://127.0.0.1:" + proxy.port() + "/postgres?user=clerk&socketTimeout=2";
            var database = warm(open(url, RetryPolicy.NONE, OutcomePolicy.DEFAULT));
            assertThat(log.lines())
                    .anyMatch(line -> line.startsWith("INFO commit outcome by transaction number pool=test"));
            proxy.existing().cutBefore(Direction.TO_CLIENT, COMMIT, Cut.RESET);
            assertThat(save(database)).isEqualTo("saved");
            assertThat(rows()).isEqualTo(ONCE);
            proxy.all().clear();
            var strict = open(url, RetryPolicy.NONE, new OutcomePolicy(CommitOutcomeMode.TABLE, Duration.ofSeconds(1)));
            assertThatThrownBy(() -> save(strict))
                    .isInstanceOf(StatementFailedException.class)
                    .hasMessageContaining("let an administrator run CREATE TABLE IF NOT EXISTS wellhead_outcome");
        }
    }

    @Test
    void errorsOfTheCommitItselfAreWhatTheyWere() throws SQLException {
        server.execute("ALTER TABLE item ADD CONSTRAINT once UNIQUE (id) DEFERRABLE INITIALLY DEFERRED");
        var database = warm(open(CommitOutcomeMode.TABLE, Opened.QUICK));
        save(database);
        events.clear();
        assertThatThrownBy(() -> save(database)).isInstanceOfSatisfying(StatementFailedException.class, e -> {
            assertThat(e.sqlState()).isEqualTo("23505");
            assertThat(e.phase()).isEqualTo(Phase.COMMIT_SENT);
            assertThat(e.attempts()).isEqualTo(1);
        });
        assertThat(events).containsExactly("work", "rolled back");
        assertThat(rows()).isEqualTo(ONCE);
        assertThat(server.execute("SELECT count(*) FROM wellhead_outcome")).isEqualTo(ONCE);
    }

    @Test
    void refusedRowNamesTheMend() throws SQLException {
        server.execute("DO $$ BEGIN CREATE ROLE tenant; EXCEPTION WHEN duplicate_object THEN NULL; END $$;"
                + " GRANT ALL ON item TO tenant");
        var database = warm(open(CommitOutcomeMode.TABLE, Opened.QUICK));
        assertThatThrownBy(() -> save(database, tx -> tx.update("role", "SET LOCAL ROLE tenant")))
                .isInstanceOfSatisfying(
                        StatementFailedException.class,
                        e -> assertThat(e.sqlState()).isEqualTo("42501"))
                .hasMessageContaining(
                        "the row of this transaction in public.wellhead_outcome was refused, so nothing was"
                                + " committed: grant INSERT to the role");
        assertThat(rows()).isEmpty();
        server.execute("GRANT INSERT ON wellhead_outcome TO tenant");
        assertThat(save(database, tx -> tx.update("role", "SET LOCAL ROLE tenant")))
                .isEqualTo("saved");
    }

    @Test
    void droppedTableIsCreatedAgain() throws SQLException {
        var database = warm(open(CommitOutcomeMode.TABLE, RetryPolicy.NONE));
        server.execute("DROP TABLE wellhead_outcome");
        assertThatThrownBy(() -> save(database)).isInstanceOf(StatementFailedException.class);
        assertThat(rows()).isEmpty();
        assertThat(save(database)).isEqualTo("saved");
    }

    @Test
    void tokensOfOthersAreRefused() {
        var database = open(CommitOutcomeMode.TABLE, RetryPolicy.NONE);
        assertThatThrownBy(() -> database.commitOutcome("nonsense"))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("Not a token of a commit: nonsense; take it from CommitOutcomeUnknownException.token()");
        assertThatThrownBy(() -> database.commitOutcome("xid/other/1_2_3_4"))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageStartingWith("The token is of another database than test");
    }

    @Test
    void oldTokensAreNotBurnt() {
        var database = open(CommitOutcomeMode.TABLE, RetryPolicy.NONE);
        save(database);
        long sevenDaysAgo = System.currentTimeMillis() - Duration.ofDays(7).toMillis();
        var token = OutcomeToken.InTable.fresh(sevenDaysAgo, 1, "public.wellhead_outcome")
                .text("test")
                .orElseThrow();
        assertThat(database.commitOutcome(token)).isEqualTo(CommitOutcome.UNKNOWN);
    }

    private Database open(CommitOutcomeMode mode, RetryPolicy retry) {
        return open(mode, retry, Duration.ofSeconds(20));
    }

    private Database open(CommitOutcomeMode mode, RetryPolicy retry, Duration timeout) {
        return open(url(), retry, new OutcomePolicy(mode, timeout));
    }

    /** Without names for prepared statements, so that the proxy sees COMMIT. */
    private static String url() {
        return proxy.jdbcUrl("postgres") + "&socketTimeout=2&prepareThreshold=0";
    }

    private Database open(String url, RetryPolicy retry, OutcomePolicy outcome) {
        var pool = Opened.pool("test", url).maxSize(1).build();
        var database = Database.open(
                new DatabaseConfig(pool, retry, Opened.NO_BACKGROUND, Duration.ofSeconds(5)).withOutcome(outcome));
        open.add(database);
        return database;
    }

    /** Its way is known and its connection is open, so that a fault meets the COMMIT alone. */
    private static Database warm(Database database) {
        database.transaction("warm", tx -> tx.query("one", "SELECT 1").one(Integer.class));
        return database;
    }

    private static long backend(Database database) {
        return database.transaction(
                "backend", tx -> tx.query("pid", "SELECT pg_backend_pid()").one(Long.class));
    }

    private String save(Database database) {
        return save(database, tx -> {});
    }

    private String save(Database database, Runnable before) {
        return save(database, tx -> before.run());
    }

    private interface More {
        void in(Transaction transaction) throws SQLException;
    }

    /** Adds a row and then does something more. */
    private String save(Database database, More more) {
        return database.transaction("save", tx -> {
            events.add("work");
            tx.afterCommit(() -> events.add("committed"));
            tx.afterRollback(() -> events.add("rolled back"));
            tx.update("insert", "INSERT INTO item VALUES (1)");
            more.in(tx);
            return "saved";
        });
    }

    private static List<String> rows() throws SQLException {
        return server.execute("SELECT id FROM item");
    }
}
