// SPDX-License-Identifier: Apache-2.0
// Copyright The Wellhead Authors
package dev.wellhead.database;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** The fault matrix of {@code docs/reliability.md}. */
class ReliabilityDocumentTest {

    private static final List<Class<?>> MATRIX =
            List.of(FaultMatrixNetworkTest.class, FaultMatrixServerTest.class, FaultMatrixPlaceTest.class);
    private static final Pattern ROW = Pattern.compile("(?m)^\\| .* \\| `(FaultMatrix\\w+\\.\\w+)` \\|$");

    @Test
    void everyRowHasItsTestAndEveryTestItsRow() throws Exception {
        var rows = ROW.matcher(Files.readString(Path.of("..", "docs", "reliability.md")))
                .results()
                .map(row -> row.group(1))
                .toList();
        assertThat(rows)
                .doesNotHaveDuplicates()
                .containsExactlyInAnyOrderElementsOf(
                        MATRIX.stream().flatMap(ReliabilityDocumentTest::tests).toList());
    }

    private static Stream<String> tests(Class<?> type) {
        return Arrays.stream(type.getDeclaredMethods())
                .filter(method -> method.isAnnotationPresent(Test.class))
                .map(method -> type.getSimpleName() + "." + method.getName());
    }
}
