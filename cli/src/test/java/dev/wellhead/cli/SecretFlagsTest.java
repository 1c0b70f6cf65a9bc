// SPDX-License-Identifier: Apache-2.0
// Copyright The Wellhead Authors
package dev.wellhead.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class SecretFlagsTest {

    @ParameterizedTest
    @ValueSource(
            strings = {
                "serve --password hunter2",
                "serve --password=hunter2",
                "load --db-password=hunter2",
                "load --set password=hunter2",
                "load --set databases.orders.password=hunter2",
                "load --set=password=hunter2",
                "load --url postgresql://app:hunter2@db.example:5432/shop",
                "load --url=jdbc:postgresql://app:hunter2@db.example/shop",
                "load --url postgresql://app:a/b:c@hunter2@db.example/shop",
                "load --url jdbc:postgresql://db.example/shop?user=app&password=hunter2",
                "load --set url=postgres://app:hunter2@db.example/shop",
                "health --server http://admin:hunter2@127.0.0.1:8080"
            })
    void passwordOnTheCommandLineIsRefusedWithTheWayToGiveIt(String line) {
        var run = CliRun.of(line.split(" "));
        assertThat(run.code()).isEqualTo(ExitCode.USAGE);
        assertThat(run.err()).contains("DATABASE_URL", "DB_PASSWORD", ".env").doesNotContain("hunter2");
        assertThat(run.out()).isEmpty();
    }

    @Test
    void harmlessArgumentsPass() {
        assertThat(SecretFlags.refusal(List.of(
                        "load",
                        "--url",
                        "postgresql://app@db.example:5432/password?sslmode=require",
                        "--set",
                        "pool.max-size=5",
                        "--url",
                        "jdbc:postgresql://db.example:5432,other.example:5433/shop?user=app@example",
                        "--config",
                        "password.yaml",
                        "--server=http://127.0.0.1:8080")))
                .isEmpty();
    }
}
