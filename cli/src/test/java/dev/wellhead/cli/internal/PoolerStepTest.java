// SPDX-License-Identifier: Apache-2.0
// Copyright The Wellhead Authors
package dev.wellhead.cli.internal;

import static org.assertj.core.api.Assertions.assertThat;

import dev.wellhead.cli.internal.PoolerStep.Between;
import dev.wellhead.cli.internal.PoolerStep.Seen;
import dev.wellhead.pool.PoolConfig;
import java.util.OptionalLong;
import java.util.Set;
import org.junit.jupiter.api.Test;

/** What is seen through poolers; the numbers of the first two were read through PgBouncer 1.18. */
class PoolerStepTest {
    private static final Set<Integer> PORTS = Set.of(6432);

    @Test
    void sameBackendForTwoConnectionsMeansSharingByTheTransaction() {
        assertThat(between(new Seen(OptionalLong.of(-1772749656), 30713, 30713L, 30713L, 5432, null, "")))
                .isEqualTo(Between.MULTIPLEXER);
        assertThat(between(new Seen(OptionalLong.of(30713), 30713, 30714L, 30715L, 5432, null, "")))
                .isEqualTo(Between.MULTIPLEXER);
    }

    @Test
    void inventedBackendNumberMeansAPoolerThatMayKeepSessionsApart() {
        assertThat(between(new Seen(OptionalLong.of(1801526440), 28925, 28926L, 28925L, 5432, null, "")))
                .isEqualTo(Between.POOLER);
        assertThat(between(new Seen(OptionalLong.of(-3), 28925, null, null, 5432, null, "no more connections")))
                .isEqualTo(Between.POOLER);
    }

    @Test
    void answerThatOnlyPgpoolGivesMeansAPooler() {
        assertThat(between(new Seen(OptionalLong.of(5), 5, 6L, 5L, 6432, "4.5.2", "")))
                .isEqualTo(Between.POOLER);
    }

    @Test
    void anotherPortAloneMeansAForwarderAndNothingMeansNothing() {
        assertThat(between(new Seen(OptionalLong.of(5), 5, 6L, 5L, 5432, null, "")))
                .isEqualTo(Between.FORWARDER);
        assertThat(between(new Seen(OptionalLong.of(5), 5, 6L, 5L, 6432, null, "")))
                .isEqualTo(Between.NOTHING);
        assertThat(between(new Seen(OptionalLong.empty(), 5, 6L, 5L, 0, null, "")))
                .isEqualTo(Between.NOTHING);
    }

    @Test
    void sharingByTheTransactionFailsOnlyWhereTheSettingsWantSessions() {
        var seen = new Seen(OptionalLong.of(-1), 30713, 30713L, 30713L, 5432, null, "");
        assertThat(judge(seen, false).complaints()).singleElement().satisfies(complaint -> {
            assertThat(complaint.kind()).isEqualTo(Complaint.Kind.REFUSED);
            assertThat(complaint.key()).isEqualTo("pool.pooled");
            assertThat(complaint.mend()).contains("pool.pooled=true");
        });
        assertThat(judge(seen, true).complaints()).isEmpty();
        assertThat(judge(seen, true).details()).hasSize(3);
    }

    private static Between between(Seen seen) {
        return PoolerStep.between(seen, PORTS);
    }

    private static StepResult judge(Seen seen, boolean pooled) {
        var findings = new Findings();
        var pool = PoolConfig.builder()
                .jdbcUrl("jdbc:postgresql://localhost:6432/shop")
                .pooled(pooled)
                .build();
        PoolerStep.judge(seen, between(seen), PORTS, pool, findings);
        return findings.result(Step.POOLER, 1);
    }
}
