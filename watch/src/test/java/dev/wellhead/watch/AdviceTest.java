// SPDX-License-Identifier: Apache-2.0
// Copyright The Wellhead Authors
package dev.wellhead.watch;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.within;

import dev.wellhead.watch.internal.UseTally;
import dev.wellhead.watch.internal.UseWindow.Minute;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** What is said of which numbers, and what is not. */
class AdviceTest {

    private static final String ORDERS = "orders";

    /** A minute of so many callers a second who use a connection for 20 ms, spread as exponential. */
    private static Minute minute(double rate, double lateShare, int peak) {
        long leases = Math.round(rate * 60);
        var uses = new UseTally.Sums(leases, leases * 0.02, leases * 2 * 0.02 * 0.02, leases * lateShare * 0.05);
        return new Minute(60, leases, leases * lateShare, 0, 1, uses, 20 * 60, rate * 0.02 * 60, peak, Map.of());
    }

    private static List<Minute> minutes(int count, Minute each) {
        return new ArrayList<>(Collections.nCopies(count, each));
    }

    @Test
    void smallerPoolIsSaidWithWhatItCosts() {
        var minutes = minutes(59, minute(50, 0, 3));
        minutes.add(minute(280, 0, 9));

        var advice = SizeAdvice.of(ORDERS, minutes, 20, 5).orElseThrow();

        // 5.6 busy on average: by Erlang's C 1.38 % wait for one of 12, and nobody for one of 20.
        assertThat(advice.text())
                .startsWith(
                        "max-size 12 instead of 20: p99 wait +1.0 ms (1.0, now 0.0), reckoned for the busiest of the"
                                + " last 60 minutes (280.0 requests a second of 20.0 ms are 5.6 connections at a time;");
        assertThat(advice.numbers()).containsEntry("wantedSize", 12.0).containsEntry("maxSize", 20.0);
        assertThat(advice.numbers().get("p99WaitMoreMs")).isCloseTo(0.995, within(0.001));
        assertThat(advice.confidence()).isEqualTo(Confidence.HIGH);
    }

    @Test
    void poolIsNotCalledTooLargeWhereCallersWaitOrUsedItAll() {
        assertThat(SizeAdvice.of(ORDERS, minutes(60, minute(300, 0.05, 9)), 20, 5))
                .isEmpty();
        assertThat(SizeAdvice.of(ORDERS, minutes(60, minute(300, 0, 19)), 20, 5))
                .isEmpty();
    }

    @Test
    void largerPoolIsSaidWhereCallersWaitForWantOfOne() {
        var advice =
                SizeAdvice.of(ORDERS, minutes(20, minute(300, 0.6, 7)), 7, 2).orElseThrow();

        assertThat(advice.text())
                .startsWith("max-size 13 instead of 7: p99 wait -82.3 ms (0.0, now 82.3)")
                .contains("60.0 % of callers");
        assertThat(advice.numbers().get("p99WaitMoreMs")).isNegative();
        assertThat(advice.confidence()).isEqualTo(Confidence.MEDIUM);
    }

    @Test
    void poolThatCannotServeAllIsSaidSo() {
        var advice = SizeAdvice.of(ORDERS, minutes(20, minute(300, 1, 5)), 5, 2).orElseThrow();

        assertThat(advice.text()).contains("so few as now cannot serve them all");
        assertThat(advice.numbers()).doesNotContainKey("p99WaitNowMs");
    }

    @Test
    void waitsThatTheModelDoesNotExplainLowerTheConfidence() {
        // Nobody should wait for one of 12, and half do: something else keeps them.
        var minutes = minutes(60, minute(300, 0.5, 15));

        assertThat(SizeAdvice.of(ORDERS, minutes, 12, 2).orElseThrow().confidence())
                .isEqualTo(Confidence.MEDIUM);
    }

    @Test
    void nothingIsSaidOfTheSizeWithoutData() {
        assertThat(SizeAdvice.of(ORDERS, List.of(), 20, 5)).isEmpty();
        assertThat(SizeAdvice.of(ORDERS, minutes(4, minute(300, 0, 9)), 20, 5)).isEmpty();
        assertThat(SizeAdvice.of(ORDERS, minutes(60, minute(0.2, 0, 1)), 20, 5)).isEmpty();
        assertThat(SizeAdvice.of(ORDERS, minutes(60, minute(300, 0, 9)), 12, 5)).isEmpty();
    }

    @Test
    void statementTimeoutIsComparedWithWhatStatementsTake() {
        assertThat(statement(30, 20, 29)).contains("near the statement-timeout of 30 s", "set it to 200 s");
        assertThat(statement(0, 0.02, 0.4)).contains("No statement-timeout is set", "with 1 s one that hangs");
        assertThat(statement(30, 0.02, 2.2)).contains("up to 20.0 ms", "of 5 s instead of 30 s");
        assertThat(statement(30, 1, 2)).isEmpty();
        assertThat(statement(30, 0.02, 16)).isEmpty();
    }

    private static String statement(int limit, double p999, double most) {
        return LimitAdvice.statement(ORDERS, Duration.ofSeconds(limit), p999, most, 20_000, 30)
                .map(Advice::text)
                .orElse("");
    }

    @Test
    void acquireTimeoutIsComparedWithWhatCallersWait() {
        assertThat(acquire(5, 3, 5)).contains("near the acquire-timeout of 5 s");
        assertThat(acquire(30, 0.001, 0.02)).contains("acquire-timeout of 1 s instead of 30 s");
        assertThat(acquire(1, 0, 0)).isEmpty();
    }

    private static String acquire(int limit, double p999, double most) {
        return LimitAdvice.acquire(ORDERS, Duration.ofSeconds(limit), p999, most, 20_000, 30)
                .map(Advice::text)
                .orElse("");
    }

    @Test
    void whoLeavesTransactionsOpenIsNamed() {
        var left = new Minute(60, 0, 0, 0, 1, UseTally.Sums.NONE, 0, 0, 1, Map.of("charge-card", 20.0, "list", 1.0));

        assertThat(UseAdvice.idleInTransaction(ORDERS, minutes(3, left)))
                .singleElement()
                .satisfies(advice -> assertThat(advice.text())
                        .startsWith("charge-card left transactions open for 60 s of the last 3 minutes"));
        assertThat(UseAdvice.idleInTransaction(ORDERS, minutes(1, left))).isEmpty();
    }

    @Test
    void whoHoldsConnectionsWithoutUsingThemIsNamed() {
        var held = List.of(held("import", 900, 100), held("list-orders", 900, 800));

        assertThat(UseAdvice.heldWithoutSql(ORDERS, held, 30))
                .singleElement()
                .satisfies(advice -> assertThat(advice.text())
                        .startsWith("import held connections for 900 s in 1000 leases, and 89 % of that"));
    }

    private static HeldStats held(String work, int held, int sql) {
        return new HeldStats(work, 1_000, Duration.ZERO, Duration.ofSeconds(held), Duration.ofSeconds(sql));
    }

    @Test
    void unusedConnectionsAreSaidInMoneyWhereThePriceIsKnown() {
        var minutes = minutes(60, minute(100, 0, 4));
        var prices = new Prices(0.01, 0, "EUR");

        // 20 open, 2 in use: 18 unused.
        assertThat(UseAdvice.unusedConnections(ORDERS, minutes, prices)
                        .orElseThrow()
                        .text())
                .contains(
                        "open for 20.00 hours together and unused for 18.00 of these (90 %): 432 connection-hours a day,"
                                + " 4.32 EUR a day");
        assertThat(UseAdvice.unusedConnections(ORDERS, minutes, Prices.NONE)
                        .orElseThrow()
                        .text())
                .contains("432 connection-hours a day. Lower");
        assertThat(UseAdvice.unusedConnections(ORDERS, minutes(4, minute(100, 0, 4)), prices))
                .isEmpty();
        assertThat(UseAdvice.unusedConnections(ORDERS, minutes(60, minute(700, 0, 4)), prices))
                .isEmpty();
    }

    @Test
    void databaseTimeIsSaidByOperationAndInMoney() {
        var held = List.of(held("import", 900, 100), held("list-orders", 900, 800));
        var prices = new Prices(0, 2, "USD");

        assertThat(UseAdvice.databaseTime(ORDERS, "shop", held, prices, 30)
                        .orElseThrow()
                        .text())
                .isEqualTo("The database worked 900 s for shop in 2000 leases, 0.50 USD; of that: list-orders 89 %,"
                        + " import 11 %.");
        assertThat(UseAdvice.databaseTime(ORDERS, "", List.of(held("import", 900, 9)), prices, 30))
                .isEmpty();
    }

    @Test
    void pricesBelowZeroAreRefused() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> new Prices(-1, 0, "EUR"))
                .withMessageContaining("a price must be 0 or more");
    }
}
