// SPDX-License-Identifier: Apache-2.0
// Copyright The Wellhead Authors
package dev.wellhead.config;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.wellhead.database.spi.ManagerSource;
import dev.wellhead.testkit.PostgresServer;
import java.nio.file.Path;
import java.util.ServiceLoader;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** From variables to an answer of a real server. */
class EnvironmentManagerSourceTest {

    @TempDir
    Path folder;

    @Test
    void isFoundByTheServiceLoader() {
        assertThat(ServiceLoader.load(ManagerSource.class))
                .singleElement()
                .isInstanceOf(EnvironmentManagerSource.class);
    }

    @Test
    void opensWhatTheEnvironmentNames() throws Exception {
        var server = PostgresServer.shared();
        try (var database = server.createDatabase()) {
            var given = new Given(folder)
                    .env(
                            "DATABASE_URL",
                            "postgresql://" + server.user() + "@localhost:" + server.port() + "/" + database.name())
                    .env("DB_POOL_MAX", "3")
                    .env("WELLHEAD_POOL_DRIVER_PROPERTIES", "ApplicationName=from-environment");
            try (var manager = new EnvironmentManagerSource(given.loader()).open()) {
                var answer = manager.database().query("ask", connection -> {
                    try (var statement = connection.createStatement();
                            var row = statement.executeQuery(
                                    "SELECT current_database() || ' ' || current_setting('application_name')")) {
                        row.next();
                        return row.getString(1);
                    }
                });
                assertThat(answer).isEqualTo(database.name() + " from-environment");
                assertThat(manager.database().config().pool().maxSize()).isEqualTo(3);
            }
        }
    }

    @Test
    void saysWhatToSetWhenNothingIsConfigured() {
        var source = new EnvironmentManagerSource(new Given(folder).loader());
        assertThatThrownBy(source::open)
                .isInstanceOf(InvalidConfigException.class)
                .hasMessageContaining("set DATABASE_URL=");
    }
}
