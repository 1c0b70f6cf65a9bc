// SPDX-License-Identifier: Apache-2.0
// Copyright The Wellhead Authors
package dev.wellhead.testkit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.sql.DriverManager;
import java.sql.SQLException;
import org.junit.jupiter.api.Test;

class MariaDbServerTest {

    @Test
    void commitsSurviveAKillAndTheServerFreezesThawsAndCloses() throws SQLException {
        try (var server = MariaDbServer.start("--max-connections=30")) {
            assertThat(server.execute("SELECT @@version, @@max_connections"))
                    .singleElement()
                    .satisfies(version -> assertThat(version).contains("MariaDB"));
            assertThat(server.execute("SELECT @@max_connections")).containsExactly("30");
            server.execute("CREATE TABLE t (n int)");
            server.execute("INSERT INTO t VALUES (7)");
            long pid = server.pid();

            server.kill();
            assertThat(server.isRunning()).isFalse();
            assertThatThrownBy(() -> server.execute("SELECT 1")).isInstanceOf(SQLException.class);
            server.restart();
            assertThat(server.pid()).isNotEqualTo(pid);
            assertThat(server.execute("SELECT n FROM t")).containsExactly("7");
            assertThat(server.execute(server.createDatabase(), "SELECT DATABASE()"))
                    .containsExactly("test_1");

            server.freeze();
            assertThatThrownBy(() ->
                            DriverManager.getConnection(server.jdbcUrl() + "&connectTimeout=300&socketTimeout=300"))
                    .isInstanceOf(SQLException.class);
            server.thaw();
            assertThat(server.execute("SELECT 1")).containsExactly("1");

            server.close();
            assertThat(server.isRunning()).isFalse();
        }
    }
}
