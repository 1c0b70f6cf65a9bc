// SPDX-License-Identifier: Apache-2.0
// Copyright The Wellhead Authors
package dev.wellhead.benchmarks;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.wellhead.benchmarks.PoolPart.Column;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;

/** That every part and every pool runs, so that they do not rot. Numbers are for {@code benchmarks/run}. */
class PoolPartsRunTest {
    private static final Effort SHORTEST = new Effort(1, 0, 1, List.of(PoolKind.WELLHEAD));

    static Stream<String> names() {
        return Parts.ALL.stream().filter(PoolPart.class::isInstance).map(Part::name);
    }

    @ParameterizedTest
    @MethodSource("names")
    void eachMeasuresWhatItsTableHas(String name) throws Exception {
        var part = (PoolPart) Parts.named(name);
        assumeTrue(Runtime.version().feature() >= part.oldestJdk(), "needs a JDK " + part.oldestJdk());
        var results = Fork.measure(part, PoolKind.WELLHEAD, part.cases().get(0), SHORTEST);
        // A column may have nothing to show, such as how late callers were refused where none was; the first always
        // has.
        assertThat(part.columns()).extracting(Column::key).containsAll(results.keySet());
        assertThat(results)
                .containsKey(part.columns().get(0).key())
                .allSatisfy((key, value) -> assertThat(value).as(key).isNotNaN());
    }

    @ParameterizedTest
    @EnumSource(PoolKind.class)
    void eachPoolGivesConnectionsOfTheDriverThatDoesNothing(PoolKind kind) throws Exception {
        for (var setup : List.of(PoolSetup.noop(2), PoolSetup.noop(2).withValidation())) {
            try (var pool = kind.open(setup);
                    var one = pool.getConnection();
                    var another = pool.dataSource().getConnection();
                    var statement = another.prepareStatement(Visitor.SELECT);
                    var row = statement.executeQuery()) {
                assertThat(row.next()).isTrue();
                assertThat(row.getLong(1)).isEqualTo(Visitor.ANSWER.id());
                assertThat(one.isClosed()).isFalse();
            }
        }
    }

    @Test
    void forkThatFailsIsNamedAndTheRestIsShown() {
        var pools = new Effort(1, 0, 1, List.of(PoolKind.HIKARI, PoolKind.VIBUR));
        assertThatThrownBy(() -> new Unlisted().run(pools))
                .isInstanceOfSatisfying(
                        IncompleteException.class,
                        incomplete -> assertThat(incomplete.tables())
                                .contains("### a case", "| HikariCP | - | - |", "| Vibur | - | - |"))
                .hasMessageContainingAll(
                        "ended with code 1", "part=unlisted", "pool=hikari", "pool=vibur", "case=a case");
    }

    @Test
    void ratioIsThatOfTwoResultsOfOneRound() {
        var table = new PoolTable(
                "A case",
                List.of(Column.compared("rate", "rate, 1/s", "%,.0f"), Column.alone("wait", "wait, ms", "%.1f")));
        table.add(PoolKind.HIKARI, Map.of("rate", 1_000.0, "wait", 2.0));
        table.add(PoolKind.WELLHEAD, Map.of("rate", 2_000.0));
        table.add(PoolKind.HIKARI, Map.of("rate", 500.0, "wait", 3.0));
        table.add(PoolKind.WELLHEAD, Map.of("rate", 1_500.0));
        assertThat(table.markdown()).isEqualTo("""
                ### A case
                | pool | rate, 1/s | times HikariCP | wait, ms |
                |---|---|---|---|
                | Wellhead | 1,750 (1,500 to 2,000) | 2.50 (2.00 to 3.00) | - |
                | HikariCP | 750 (500 to 1,000) | 1.00 | 2.5 (2.0 to 3.0) |
                """);
    }

    /** The JVM that is started does not find it. */
    private static final class Unlisted implements PoolPart {
        @Override
        public String name() {
            return "unlisted";
        }

        @Override
        public String what() {
            return "";
        }

        @Override
        public Effort full() {
            return SHORTEST;
        }

        @Override
        public Effort quick() {
            return SHORTEST;
        }

        @Override
        public List<String> cases() {
            return List.of("a case");
        }

        @Override
        public List<Column> columns() {
            return List.of(Column.compared("rate", "rate, 1/s", "%.0f"));
        }

        @Override
        public Map<String, Double> measure(PoolKind pool, String caseName, Effort effort) {
            return Map.of();
        }
    }
}
