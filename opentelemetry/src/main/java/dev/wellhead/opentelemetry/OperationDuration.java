// SPDX-License-Identifier: Apache-2.0
// Copyright The Wellhead Authors
package dev.wellhead.opentelemetry;

import dev.wellhead.database.Database;
import dev.wellhead.pool.spi.StatementObserver;
import dev.wellhead.sql.SqlSummary;
import io.opentelemetry.api.common.Attributes;
import io.opentelemetry.api.metrics.DoubleHistogram;
import java.sql.SQLException;
import org.jspecify.annotations.Nullable;

/** Feeds {@code db.client.operation.duration} with the statements of one database: from the call until its answer. */
final class OperationDuration implements StatementObserver {

    private static final double NANOS_A_SECOND = 1e9;

    private final DoubleHistogram duration;
    private final StatementNames<Tally> kinds;

    OperationDuration(DoubleHistogram duration, Database database) {
        this.duration = duration;
        var names = DatabaseNames.of(database.config().pool());
        this.kinds = new StatementNames<>(sql -> new Kind(StatementNames.attributes(names, SqlSummary.of(sql))));
    }

    @Override
    public Tally tally(String sql) {
        return kinds.of(sql);
    }

    @Override
    public void leaseEnded(String operation, String callSite, long waitNanos, long heldNanos, long sqlNanos) {}

    private final class Kind implements Tally {

        private final Attributes attributes;

        Kind(Attributes attributes) {
            this.attributes = attributes;
        }

        @Override
        public void ran(String operation, long waitNanos, long runNanos, @Nullable SQLException error) {
            duration.record(
                    runNanos / NANOS_A_SECOND,
                    error == null
                            ? attributes
                            : StatementNames.error(attributes.toBuilder(), error)
                                    .build());
        }

        @Override
        public void rows(long count) {}

        @Override
        public void fetched(long nanos) {}

        @Override
        public void held(long nanos) {}
    }
}
