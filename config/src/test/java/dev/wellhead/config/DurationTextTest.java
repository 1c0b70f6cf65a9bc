// SPDX-License-Identifier: Apache-2.0
// Copyright The Wellhead Authors
package dev.wellhead.config;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Duration;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class DurationTextTest {

    @ParameterizedTest
    @CsvSource({
        "250ms, PT0.25S",
        "30m, PT30M",
        "1h, PT1H",
        "1h30m, PT1H30M",
        "2d, PT48H",
        "1m30s, PT1M30S",
        "1m 30s, PT1M30S",
        "500us, PT0.0005S",
        "7ns, PT0.000000007S",
        "5S, PT5S",
        "0, PT0S",
        "0s, PT0S",
        "PT30S, PT30S",
        "pt1m, PT1M",
        "-5s, PT-5S",
    })
    void isRead(String text, String iso) throws BadValueException {
        assertThat(DurationText.parse(text)).isEqualTo(Duration.parse(iso));
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            30      | 30ms, 30s or 30m
            5000    | 5000ms (5s), or 5000s
            1500    | 1500ms, 1500s or 1500m
            0.5     | 0.5ms, 0.5s or 0.5m
            """)
    void aBareNumberIsRefusedWithTheMend(String number, String mend) {
        assertThatThrownBy(() -> DurationText.parse(number))
                .hasMessage("is a number without a unit; say which: " + mend);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {"", "soon", "5 parsecs", "1.5s", "s", "5s!", "PT", "99999999999999999999s", "9999999999999999d"})
    void anythingElseIsRefused(String text) {
        assertThatThrownBy(() -> DurationText.parse(text)).isInstanceOf(BadValueException.class);
    }

    @Test
    void whatIsWrittenIsReadBackTheSame() throws BadValueException {
        var random = new Random(42);
        for (int i = 0; i < 1_000; i++) {
            var duration = Duration.ofNanos(random.nextLong() >> random.nextInt(63));
            assertThat(DurationText.parse(DurationText.text(duration))).isEqualTo(duration);
        }
    }
}
