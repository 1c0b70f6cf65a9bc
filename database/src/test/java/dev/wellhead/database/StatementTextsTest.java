// SPDX-License-Identifier: Apache-2.0
// Copyright The Wellhead Authors
package dev.wellhead.database;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class StatementTextsTest {

    @Test
    void keepsNoMoreTextsThanTheBoundOfTheirLength() {
        var texts = new StatementTexts();
        var marks = "?, ".repeat(5_000);
        for (int i = 0; i < StatementTexts.MOST; i++) {
            texts.of("count", "SELECT " + marks + i);
        }
        int most = StatementTexts.MOST_CHARS / marks.length() + 1;
        assertThat(texts.size()).isBetween(most, 2 * most);
    }

    @Test
    void keepsWhatIsAskedForAgain() {
        var texts = new StatementTexts();
        var kept = texts.of("one", "SELECT 1 AS kept");
        for (int i = 0; i < 3 * StatementTexts.MOST; i++) {
            texts.of("count", "SELECT " + i);
            assertThat(texts.of("one", "SELECT 1 AS kept")).isSameAs(kept);
        }
    }
}
