// SPDX-License-Identifier: Apache-2.0
// Copyright The Wellhead Authors
package dev.wellhead.database;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.wellhead.testkit.PostgresServer;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Of a database with a replica: transactions and streams that only read are served there, all others are not. */
@Timeout(60)
class ReplicaTransactionTest {

    private static final TransactionOptions READ_ONLY = TransactionOptions.DEFAULT.withReadOnly(true);
    private static final String PORT = "SELECT inet_server_port()";

    private static int port(SqlExecutor executor) {
        return executor.queryOne("port", Integer.class, PORT).orElseThrow();
    }

    @Test
    void whatOnlyReadsRunsOnTheReplica() {
        try (var primary = PostgresServer.start();
                var standby = primary.startStandby()) {
            var url = "jdbc:postgresql://127.0.0.1:" + primary.port() + ",127.0.0.1:" + standby.port()
                    + "/postgres?user=" + primary.user();
            try (var database = Opened.database(url, UnaryOperator.identity())) {
                await().until(() ->
                        database.transaction("read", READ_ONLY, ReplicaTransactionTest::port) == standby.port());
                assertThat(database.transaction("write", ReplicaTransactionTest::port))
                        .isEqualTo(primary.port());
                assertThat(port(database)).isEqualTo(primary.port());
                try (var rows = database.stream("stream", Integer.class, PORT)) {
                    assertThat(rows).containsExactly(standby.port());
                }
                database.update("create", "CREATE TABLE t (id int)");
                assertThat(database.leases()).isEmpty();
            }
        }
    }
}
