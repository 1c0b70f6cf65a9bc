// SPDX-License-Identifier: Apache-2.0
// Copyright The Wellhead Authors
package dev.wellhead.pool;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import java.sql.Connection;
import java.sql.SQLException;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What operators do to one connection or one lease, on the real server. */
class OneConnectionTest {

    private WellheadDataSource pool;

    @BeforeEach
    void open() {
        pool = new WellheadDataSource(Work.config("one").maxSize(2).build());
    }

    @AfterEach
    void close() {
        pool.close();
    }

    @Test
    void cancelEndsTheNamedLeaseAndNoOther() throws Exception {
        var holder = pool.getConnection("export");
        var neighbour = pool.getConnection("sale");
        var running = Work.async(() -> sqlState(holder, "SELECT pg_sleep(60)"));
        await().until(() -> leaseOf("export").running());
        var lease = leaseOf("export");

        assertThat(pool.cancel(lease.connectionId(), lease.number())).isTrue();

        assertThat(Work.get(running)).isEqualTo("57W02");
        assertThat(Work.pid(neighbour)).isPositive();
        await().until(() -> closed(EvictReason.CANCELLED) == 1);
        assertThatThrownBy(holder::createStatement)
                .hasMessageStartingWith("cancelled by an operator")
                .isInstanceOfSatisfying(
                        SQLException.class, e -> assertThat(e.getSQLState()).isEqualTo("57W03"));
        assertThat(pool.cancel(lease.connectionId(), lease.number())).isFalse();
        holder.close();
        neighbour.close();
    }

    @Test
    void cancelOfAnEndedLeaseLeavesTheNextOneOfThatConnectionAlone() throws Exception {
        Lease ended;
        try (var first = pool.getConnection("first")) {
            assertThat(Work.pid(first)).isPositive();
            ended = leaseOf("first");
        }
        try (var second = pool.getConnection("second")) {
            var running = Work.async(() -> sqlState(second, "SELECT pg_sleep(0.5)"));
            await().until(() -> leaseOf("second").running());
            assertThat(leaseOf("second").connectionId()).isEqualTo(ended.connectionId());

            assertThat(pool.cancel(ended.connectionId(), ended.number())).isFalse();

            assertThat(Work.get(running)).isEmpty();
        }
        assertThat(closed(EvictReason.CANCELLED)).isZero();
    }

    @Test
    void idleConnectionIsEvictedAtOnceAndActiveOneAtItsRelease() throws Exception {
        var active = pool.getConnection("active");
        var other = pool.getConnection("other");
        long idleId = leaseOf("other").connectionId();
        long activeId = leaseOf("active").connectionId();
        other.close();

        assertThat(pool.evict(idleId)).isTrue();
        await().until(() -> closed(EvictReason.REQUESTED) == 1);
        assertThat(pool.evict(activeId)).isTrue();
        assertThat(Work.pid(active)).isPositive();
        active.close();
        await().until(() -> closed(EvictReason.REQUESTED) == 2);

        assertThat(pool.evict(idleId)).isFalse();
    }

    private long closed(EvictReason reason) {
        return pool.snapshot().counters().closed().getOrDefault(reason, 0L);
    }

    private Lease leaseOf(String operation) {
        return pool.leases().stream()
                .filter(lease -> lease.operation().equals(operation))
                .findFirst()
                .orElseThrow();
    }

    /** That of its failure; empty when it went well. */
    private static String sqlState(Connection connection, String sql) {
        try (var statement = connection.createStatement()) {
            statement.execute(sql);
            return "";
        } catch (SQLException e) {
            return e.getSQLState();
        }
    }
}
