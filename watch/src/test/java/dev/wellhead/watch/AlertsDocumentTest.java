// SPDX-License-Identifier: Apache-2.0
// Copyright The Wellhead Authors
package dev.wellhead.watch;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.math.BigDecimal;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Locale;
import org.junit.jupiter.api.Test;

class AlertsDocumentTest {

    @Test
    void everyRuleHasItsRowAndTheReverse() throws IOException {
        var rows = Files.readAllLines(Path.of("..", "docs", "alerts.md")).stream()
                .filter(line -> line.startsWith("| `"))
                .toList();
        var rules = AlertSettings.DEFAULT.rules();
        assertThat(rows).hasSameSizeAs(rules);
        for (int i = 0; i < rules.size(); i++) {
            var rule = rules.get(i);
            assertThat(rows.get(i))
                    .startsWith("| `" + rule.name() + "` | "
                            + rule.severity().name().toLowerCase(Locale.ROOT) + " | " + plain(rule.threshold()))
                    .contains(
                            " | " + rule.hold().toSeconds() + " s | " + plain(rule.clearAt()),
                            " | " + rule.clearHold().toSeconds() + " s | " + rule.summary() + " |");
        }
    }

    private static String plain(double number) {
        return BigDecimal.valueOf(number).stripTrailingZeros().toPlainString();
    }
}
