// SPDX-License-Identifier: Apache-2.0
// Copyright The Wellhead Authors
package dev.wellhead.cli.internal;

import static org.assertj.core.api.Assertions.assertThat;

import dev.wellhead.cli.internal.PoolerStep.Between;
import dev.wellhead.cli.internal.ServerReading.Capacity;
import dev.wellhead.database.DatabaseConfig;
import dev.wellhead.pool.PoolConfig;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class CapacityJudgeTest {

    @Test
    void healthChecksAndReservedConnectionsCount() {
        var server = new Capacity(100, 3, -1, -1, 5, "s");
        assertThat(judge(server, Between.NOTHING, 0, 96).complaints()).isEmpty();
        assertThat(judge(server, Between.NOTHING, 0, 97).complaints())
                .singleElement()
                .satisfies(complaint -> {
                    assertThat(complaint.wrong()).contains("may open 97 connections and 1 for health", "admits 97");
                    assertThat(complaint.mend()).contains("at most 96", "at least 101");
                });
    }

    @Test
    void severalPoolsShareWhatThereIs() {
        var server = new Capacity(100, 3, -1, -1, 5, "s");
        assertThat(judge(server, Between.FORWARDER, 0, 60, 50).complaints())
                .singleElement()
                .satisfies(complaint -> {
                    assertThat(complaint.wrong()).contains("p0 (60)", "p1 (50)", "110 connections and 2 for health");
                    assertThat(complaint.mend()).contains("at most 47 each", "at least 115");
                });
    }

    @Test
    void behindAPoolerTheServersOwnLimitDoesNotCount() {
        var server = new Capacity(100, 3, -1, -1, 5, "s");
        assertThat(judge(server, Between.POOLER, 0, 500).complaints()).isEmpty();
        assertThat(judge(server, Between.MULTIPLEXER, 0, 500).complaints()).isEmpty();
    }

    @Test
    void limitsOfRoleAndDatabaseAndAFullServerAreNamed() {
        assertThat(judge(new Capacity(100, 3, 5, 8, 5, "s"), Between.NOTHING, 0, 10)
                        .complaints())
                .extracting(Complaint::wrong)
                .satisfiesExactly(
                        role -> assertThat(role).contains("the role is limited to 5"),
                        database -> assertThat(database).contains("the database is limited to 8"));
        assertThat(judge(new Capacity(100, 3, -1, -1, 96, "s"), Between.NOTHING, 0, 10)
                        .complaints())
                .singleElement()
                .satisfies(full -> assertThat(full.wrong()).contains("95 of the 97"));
    }

    @Test
    void poolsUnderACeilingOpenNoMoreThanItAllows() {
        var server = new Capacity(100, 3, -1, -1, 5, "s");
        assertThat(judge(server, Between.NOTHING, 95, 60, 50).complaints()).isEmpty();
        assertThat(judge(server, Between.NOTHING, 200, 40, 50).complaints()).isEmpty();
        assertThat(judge(server, Between.NOTHING, 100, 60, 50).complaints())
                .singleElement()
                .satisfies(complaint -> {
                    assertThat(complaint.wrong())
                            .contains("100 connections and 2 for health by max-total", "admits 97");
                    assertThat(complaint.mend()).contains("set max-total to at most 95,", "at least 105");
                });
        assertThat(judge(server, Between.NOTHING, 200, 60, 50).complaints())
                .singleElement()
                .satisfies(complaint -> assertThat(complaint.mend()).contains("set pool.max-size to at most 47 each"));
    }

    private static StepResult judge(Capacity capacity, Between between, int maxTotal, int... sizes) {
        List<DatabaseConfig> pools = new ArrayList<>();
        for (int size : sizes) {
            pools.add(DatabaseConfig.of(PoolConfig.builder()
                    .name("p" + pools.size())
                    .jdbcUrl("jdbc:postgresql://localhost/shop")
                    .minIdle(0)
                    .maxSize(size)
                    .build()));
        }
        var findings = new Findings();
        new CapacityJudge(capacity, pools, maxTotal, false).judge(pools.get(0).pool(), between, 1, findings);
        return findings.result(Step.CONNECTIONS, 0);
    }
}
