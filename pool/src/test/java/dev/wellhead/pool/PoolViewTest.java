// SPDX-License-Identifier: Apache-2.0
// Copyright The Wellhead Authors
package dev.wellhead.pool;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.wellhead.testkit.FakeDriver;
import java.sql.SQLException;
import java.sql.SQLFeatureNotSupportedException;
import java.time.Duration;
import java.util.List;
import javax.sql.DataSource;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** The pool as libraries see it that know of neither lanes nor operations. */
class PoolViewTest {

    private final FakeDriver driver = FakeDriver.create();
    private WellheadDataSource pool;

    @BeforeEach
    void open() {
        pool = new WellheadDataSource(PoolConfig.builder()
                .name("orders")
                .jdbcUrl(driver.url())
                .maxSize(4)
                .lanes(List.of(Lane.of("batch", 0, 2), Lane.of("admin", 1, 1)))
                .closeTimeout(Duration.ofMillis(300))
                .build());
    }

    @AfterEach
    void close() {
        pool.close();
        driver.close();
    }

    private void assertLease(DataSource view, String operation, String lane) throws SQLException {
        try (var connection = view.getConnection()) {
            assertThat(connection.isClosed()).isFalse();
            assertThat(pool.leases())
                    .singleElement()
                    .satisfies(lease -> assertThat(lease.operation()).isEqualTo(operation));
            assertThat(pool.snapshot().lanes())
                    .filteredOn(use -> use.held() == 1)
                    .singleElement()
                    .satisfies(use -> assertThat(use.lane()).isEqualTo(lane));
        }
    }

    @Test
    void takesConnectionsInItsLaneAndForItsOperation() throws SQLException {
        assertLease(pool.named("nightly"), "nightly", Lane.DEFAULT);
        assertLease(pool.lane("batch"), "", "batch");
        assertLease(pool.lane("batch").named("nightly"), "nightly", "batch");
        assertLease(pool.named("nightly").lane("batch"), "nightly", "batch");
        assertLease(pool.lane("batch").lane(Lane.DEFAULT), "", Lane.DEFAULT);
        assertLease(pool.named("a").named("b"), "b", Lane.DEFAULT);
    }

    @Test
    void unknownLaneIsRefusedWithThoseThereAre() {
        assertThatThrownBy(() -> pool.lane("bulk"))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("Pool orders has no lane 'bulk': its lanes are [default, batch, admin];"
                        + " name one of these, or add it to pool.lanes");
        assertThatThrownBy(() -> pool.named("nightly").lane("bulk")).isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void unwrapsToItselfAndToThePool() throws SQLException {
        DataSource view = pool.lane("batch");

        assertThat(view.unwrap(PoolView.class)).isSameAs(view);
        assertThat(view.unwrap(WellheadDataSource.class)).isSameAs(pool);
        assertThat(view.isWrapperFor(WellheadDataSource.class)).isTrue();
        assertThat(view.isWrapperFor(String.class)).isFalse();
        assertThatThrownBy(() -> view.unwrap(String.class)).isInstanceOf(SQLException.class);
    }

    @Test
    void answersForTheRestAsThePoolDoes() throws SQLException {
        DataSource view = pool.lane("batch").named("nightly");

        assertThat(view.getLoginTimeout()).isEqualTo(pool.getLoginTimeout());
        assertThat(view.getLogWriter()).isNull();
        assertThat(view)
                .hasToString("PoolView[orders, lane=batch, operation=nightly]")
                .isNotInstanceOf(AutoCloseable.class);
        assertThatThrownBy(() -> view.getConnection("a", "b")).isInstanceOf(SQLFeatureNotSupportedException.class);
        assertThatThrownBy(() -> view.setLoginTimeout(1)).isInstanceOf(SQLFeatureNotSupportedException.class);
        assertThatThrownBy(() -> view.setLogWriter(null)).isInstanceOf(SQLFeatureNotSupportedException.class);
        assertThatThrownBy(view::getParentLogger).isInstanceOf(SQLFeatureNotSupportedException.class);
    }
}
