// SPDX-License-Identifier: Apache-2.0
// Copyright The Wellhead Authors
package dev.wellhead.mongo;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.wellhead.database.CommitOutcome;
import dev.wellhead.database.CommitOutcomeMode;
import dev.wellhead.database.CommitOutcomeUnknownException;
import dev.wellhead.database.ConnectionLostException;
import dev.wellhead.database.DatabaseConfig;
import dev.wellhead.database.HealthPolicy;
import dev.wellhead.database.Meaning;
import dev.wellhead.database.OutcomePolicy;
import dev.wellhead.database.QueryTimeoutException;
import dev.wellhead.database.RetryPolicy;
import dev.wellhead.database.StatementFailedException;
import dev.wellhead.database.TimeLimits;
import dev.wellhead.database.TransactionConflictException;
import dev.wellhead.pool.PoolConfig;
import dev.wellhead.testkit.ScriptedMongo;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.UnaryOperator;
import org.bson.BsonArray;
import org.bson.BsonDocument;
import org.bson.BsonInt32;
import org.bson.BsonString;
import org.bson.Document;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Against a scripted primary: the stand-in for a server has no transactions. */
final class MongoTransactionTest {

    private static final DatabaseConfig POLICIES = new DatabaseConfig(
            PoolConfig.builder().jdbcUrl("jdbc:mongodb://localhost/").build(),
            new RetryPolicy(3, Duration.ofMillis(1), Duration.ofMillis(10), 2, false, Duration.ofSeconds(30), 0),
            HealthPolicy.DEFAULT,
            Duration.ZERO);

    private final ScriptedMongo server = ScriptedMongo.start("rs");
    private final CountDownLatch released = new CountDownLatch(1);
    private final AtomicInteger runs = new AtomicInteger();
    private final List<String> hooks = new ArrayList<>();
    private MongoDatabaseClient client = opened(policies -> policies);

    private MongoDatabaseClient opened(UnaryOperator<DatabaseConfig> change) {
        if (client != null) {
            client.close();
        }
        server.on("insert", asked -> ScriptedMongo.ok().append("n", new BsonInt32(1)));
        client = new MongoDatabaseClient(MongoConfig.builder(server.uri(), MongoProfile.DEVELOPMENT)
                .name("documents")
                .minSize(0)
                .policies(change.apply(POLICIES))
                .build());
        client.open();
        return client;
    }

    @AfterEach
    void stop() {
        released.countDown();
        client.close();
        server.close();
    }

    private String insertOne(MongoTransaction transaction) {
        runs.incrementAndGet();
        transaction.afterCommit(() -> hooks.add("committed"));
        transaction.afterRollback(() -> hooks.add("undone"));
        transaction.database().getCollection("orders").insertOne(transaction.session(), new Document("total", 7));
        return "done";
    }

    private String transaction() {
        return client.transaction("order", this::insertOne);
    }

    private static BsonDocument labelled(int code, String name, String label) {
        return ScriptedMongo.error(code, name).append("errorLabels", new BsonArray(List.of(new BsonString(label))));
    }

    /** Answers the first commits with nothing but a cut connection, those after with that. */
    private void commitIsCut(int times, BsonDocument then) {
        var left = new AtomicInteger(times);
        server.on("commitTransaction", asked -> left.getAndDecrement() > 0 ? null : then);
    }

    private long lost(CommitOutcome outcome) {
        return client.counters().lostCommits().get(outcome);
    }

    @Test
    void isBegunWithItsFirstOperationAndCommitted() {
        assertThat(transaction()).isEqualTo("done");

        var insert = server.commands("insert").get(0).body();
        assertThat(insert.getBoolean("startTransaction").getValue()).isTrue();
        assertThat(server.commands("commitTransaction")).singleElement().satisfies(commit -> {
            assertThat(commit.body().get("lsid")).isEqualTo(insert.get("lsid"));
            assertThat(commit.body().get("txnNumber")).isEqualTo(insert.get("txnNumber"));
        });
        assertThat(client.counters().succeeded()).isEqualTo(1);
        assertThat(hooks).containsExactly("committed");
    }

    @Test
    void whatTheWorkThrowsUndoesItAndGoesThrough() {
        assertThatThrownBy(() -> client.transaction("order", transaction -> {
                    insertOne(transaction);
                    throw new IllegalArgumentException("sold out");
                }))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("sold out");

        assertThat(server.commands("commitTransaction")).isEmpty();
        assertThat(server.commands("abortTransaction")).hasSize(1);
        assertThat(runs).hasValue(1);
        assertThat(hooks).containsExactly("undone");
    }

    @Test
    void conflictRunsTheWholeAgain() {
        var first = new AtomicInteger(1);
        server.on(
                "insert",
                asked -> first.getAndDecrement() > 0
                        ? labelled(112, "WriteConflict", "TransientTransactionError")
                        : ScriptedMongo.ok().append("n", new BsonInt32(1)));

        assertThat(transaction()).isEqualTo("done");

        assertThat(runs).hasValue(2);
        assertThat(hooks).containsExactly("undone", "committed");
        assertThat(client.counters().retriesByReason()).containsEntry(Meaning.SERIALIZATION, 1L);
    }

    @Test
    void conflictThatStaysEndsAfterTheRetries() {
        server.on("insert", asked -> labelled(112, "WriteConflict", "TransientTransactionError"));

        assertThatThrownBy(this::transaction)
                .isInstanceOfSatisfying(
                        TransactionConflictException.class,
                        e -> assertThat(e.attempts()).isEqualTo(4))
                .hasMessageContaining("MongoDB code 112 WriteConflict");
        assertThat(runs).hasValue(4);
    }

    @Test
    void connectionLostBeforeTheCommitRunsTheWholeAgain() {
        var first = new AtomicInteger(1);
        server.on(
                "insert",
                asked -> first.getAndDecrement() > 0 ? null : ScriptedMongo.ok().append("n", new BsonInt32(1)));

        assertThat(transaction()).isEqualTo("done");

        assertThat(runs).hasValue(2);
        assertThat(client.counters().retriesByReason()).containsEntry(Meaning.CONNECTION_LOST, 1L);
    }

    @Test
    void lostAnswerToTheCommitIsFoundOutToBeCommitted() {
        // The driver sends a commit twice by itself.
        commitIsCut(2, ScriptedMongo.ok());

        assertThat(transaction()).isEqualTo("done");

        assertThat(runs).hasValue(1);
        assertThat(hooks).containsExactly("committed");
        assertThat(lost(CommitOutcome.COMMITTED)).isEqualTo(1);
        assertThat(server.commands("commitTransaction").get(2).body().get("txnNumber"))
                .isEqualTo(server.commands("insert").get(0).body().get("txnNumber"));
    }

    @Test
    void lostAnswerToTheCommitIsFoundOutToBeUndoneAndOnlyThenRunAgain() {
        var asked = new AtomicInteger();
        server.on("commitTransaction", commit -> switch (asked.incrementAndGet()) {
            case 1, 2 -> null;
            case 3 -> labelled(251, "NoSuchTransaction", "TransientTransactionError");
            default -> ScriptedMongo.ok();
        });

        assertThat(transaction()).isEqualTo("done");

        assertThat(runs).hasValue(2);
        assertThat(hooks).containsExactly("undone", "committed");
        assertThat(lost(CommitOutcome.ABORTED)).isEqualTo(1);
        assertThat(client.counters().calls()).isEqualTo(1);
    }

    /** The driver sends a commit twice by itself, and throws the second answer alone, whatever became of the first. */
    @ParameterizedTest
    @CsvSource({"251,''", "112,''", "462,''", "13,''", "11601,''", "251,UnknownTransactionCommitResult", "50,''"})
    void answerToTheSecondCommitSaysNothingOfTheFirstUnlessItIsCertain(int code, String label) {
        var asked = new AtomicInteger();
        server.on("commitTransaction", commit -> switch (asked.incrementAndGet()) {
            case 1 -> null;
            case 2 -> label.isEmpty() ? ScriptedMongo.error(code, "Odd") : labelled(code, "Odd", label);
            default -> ScriptedMongo.ok();
        });

        assertThat(transaction()).isEqualTo("done");

        assertThat(runs).hasValue(1);
        assertThat(hooks).containsExactly("committed");
        assertThat(lost(CommitOutcome.COMMITTED)).isEqualTo(1);
    }

    @Test
    void firstCommitLostAndNoSuchTransactionAtTheSecondIsUndone() {
        var asked = new AtomicInteger();
        server.on("commitTransaction", commit -> switch (asked.incrementAndGet()) {
            case 1 -> null;
            case 2 -> labelled(251, "NoSuchTransaction", "TransientTransactionError");
            default -> ScriptedMongo.ok();
        });

        assertThat(transaction()).isEqualTo("done");

        assertThat(runs).hasValue(2);
        assertThat(lost(CommitOutcome.ABORTED)).isEqualTo(1);
    }

    @Test
    void otherTransientErrorWhileItIsAskedForIsNoProof() {
        opened(policies -> policies.withOutcome(new OutcomePolicy(CommitOutcomeMode.AUTO, Duration.ofMillis(300))));
        var asked = new AtomicInteger();
        server.on(
                "commitTransaction",
                commit ->
                        asked.incrementAndGet() <= 2 ? null : labelled(24, "LockTimeout", "TransientTransactionError"));

        assertThatThrownBy(this::transaction).isInstanceOf(CommitOutcomeUnknownException.class);
        assertThat(runs).hasValue(1);
    }

    @Test
    void interruptWhileTheCommitIsSentIsADoubtThatStays() throws Exception {
        var isAsked = new CountDownLatch(1);
        server.on("commitTransaction", commit -> {
            isAsked.countDown();
            awaitQuietly(released);
            return null;
        });
        var thrown = new CompletableFuture<Throwable>();
        var caller = new Thread(() -> {
            try {
                transaction();
            } catch (RuntimeException e) {
                thrown.complete(Thread.currentThread().isInterrupted() ? e : new IllegalStateException("flag lost", e));
            }
        });
        caller.start();
        isAsked.await();
        caller.interrupt();
        released.countDown();

        assertThat(thrown.get(20, TimeUnit.SECONDS)).isInstanceOf(CommitOutcomeUnknownException.class);
        assertThat(runs).hasValue(1);
        assertThat(hooks).isEmpty();
    }

    @Test
    void hookMayUseTheDatabase() {
        client.transaction("order", transaction -> {
            insertOne(transaction);
            transaction.afterCommit(() -> client.transaction("audit", this::insertOne));
            transaction.afterCommit(() -> client.update(
                    "note", database -> database.getCollection("notes").insertOne(new Document("n", 1))));
            return "";
        });

        assertThat(server.commands("insert")).hasSize(3);
        assertThat(server.commands("insert").get(2).body().containsKey("autocommit"))
                .isFalse();
        assertThat(client.counters().succeeded()).isEqualTo(3);
    }

    @Test
    void openTransactionsAreCountedAndForgottenWhenTheyEndUnheard() {
        client.transaction("order", transaction -> {
            insertOne(transaction);
            assertThat(client.readings()).containsEntry("open-transactions", 1.0);
            return "";
        });
        assertThat(client.readings()).containsEntry("open-transactions", 0.0);
        server.on("abortTransaction", asked -> null);
        assertThatThrownBy(() -> client.transaction("order", transaction -> {
                    insertOne(transaction);
                    throw new IllegalArgumentException("sold out");
                }))
                .hasMessage("sold out");
        assertThat(client.readings()).containsEntry("open-transactions", 0.0);
    }

    @Test
    void errorOfAnotherDatabaseInsideIsNotItsOwn() {
        var error = new IllegalStateException(new SQLException("other", "40001"));

        assertThatThrownBy(() -> client.transaction("order", transaction -> {
                    insertOne(transaction);
                    throw error;
                }))
                .isSameAs(error);
        assertThat(runs).hasValue(1);
    }

    @Test
    void outcomeThatNobodyTellsIsUnknownAndNothingIsRunAgain() {
        opened(policies -> policies.withOutcome(new OutcomePolicy(CommitOutcomeMode.AUTO, Duration.ofMillis(300))));
        commitIsCut(Integer.MAX_VALUE, ScriptedMongo.ok());

        assertThatThrownBy(this::transaction)
                .isInstanceOf(CommitOutcomeUnknownException.class)
                .hasMessageContaining("E2018");

        assertThat(runs).hasValue(1);
        assertThat(hooks).isEmpty();
        assertThat(lost(CommitOutcome.UNKNOWN)).isEqualTo(1);
        assertThat(server.commands("commitTransaction").size()).isGreaterThan(2);
    }

    @Test
    void outcomeIsNotAskedForWhereThatIsOff() {
        opened(policies -> policies.withOutcome(new OutcomePolicy(CommitOutcomeMode.OFF, Duration.ofSeconds(30))));
        commitIsCut(Integer.MAX_VALUE, ScriptedMongo.ok());

        assertThatThrownBy(this::transaction).isInstanceOf(CommitOutcomeUnknownException.class);

        assertThat(server.commands("commitTransaction")).hasSize(2);
    }

    @Test
    void refusedOperationIsNotTriedAgain() {
        server.on("insert", asked -> ScriptedMongo.error(11000, "DuplicateKey"));

        assertThatThrownBy(this::transaction).isInstanceOfSatisfying(StatementFailedException.class, e -> {
            assertThat(e.meaning()).isEqualTo(Meaning.CONSTRAINT);
            assertThat(e.attempts()).isEqualTo(1);
        });
        assertThat(hooks).containsExactly("undone");
    }

    @Test
    void serverThatDoesNotAnswerEndsItAtItsLimit() {
        var limit = Duration.ofMillis(400);
        opened(policies -> policies.withLimits(new TimeLimits(Duration.ZERO, limit, Duration.ZERO, Duration.ZERO)));
        server.on("insert", asked -> {
            awaitQuietly(released);
            return null;
        });
        long began = System.nanoTime();

        assertThatThrownBy(this::transaction)
                .isInstanceOfSatisfying(QueryTimeoutException.class, e -> {
                    assertThat(e.limit()).isEqualTo(limit);
                    assertThat(e.sql()).isEqualTo("insert orders");
                })
                .hasMessageContaining("Query timeout after 400ms: insert orders");
        assertThat(Duration.ofNanos(System.nanoTime() - began)).isLessThan(limit.plusSeconds(1));
    }

    @Test
    void callInsideThatWouldBeNoPartOfItIsRefused() {
        assertThatThrownBy(() -> client.transaction("order", transaction -> {
                    insertOne(transaction);
                    return client.query("other", database -> "");
                }))
                .isInstanceOf(IllegalStateException.class)
                .hasMessageStartingWith("\"other\" was called inside of a transaction of the same database");
        assertThat(server.commands("abortTransaction")).hasSize(1);
    }

    @Test
    void workThatEndsItByItselfIsToldSo() {
        assertThatThrownBy(() -> client.transaction("order", transaction -> {
                    insertOne(transaction);
                    transaction.session().commitTransaction();
                    return "";
                }))
                .isInstanceOf(IllegalStateException.class)
                .hasMessageStartingWith("The work of transaction \"order\" has ended it");
    }

    @Test
    void refusedCommitIsNoDoubt() {
        server.on("commitTransaction", asked -> ScriptedMongo.error(13, "Unauthorized"));

        assertThatThrownBy(this::transaction)
                .isInstanceOfSatisfying(
                        StatementFailedException.class,
                        e -> assertThat(e.meaning()).isEqualTo(Meaning.PERMISSION));
        assertThat(lost(CommitOutcome.UNKNOWN)).isZero();
    }

    @Test
    void lostConnectionWithoutRetriesIsThrown() {
        opened(policies -> new DatabaseConfig(
                policies.pool(), RetryPolicy.NONE, policies.health(), policies.slowQueryThreshold()));
        server.on("insert", asked -> null);

        assertThatThrownBy(this::transaction).isInstanceOf(ConnectionLostException.class);
        assertThat(runs).hasValue(1);
    }

    private static void awaitQuietly(CountDownLatch latch) {
        try {
            latch.await();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
