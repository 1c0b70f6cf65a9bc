// SPDX-License-Identifier: Apache-2.0
// Copyright The Wellhead Authors
package dev.wellhead.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import picocli.CommandLine.TypeConversionException;

class DurationConverterTest {

    @ParameterizedTest
    @CsvSource({"20ms, PT0.02S", "1.5s, PT1.5S", "500us, PT0.0005S", "2m, PT2M", "1h, PT1H", "0s, PT0S", "30 s, PT30S"})
    void readsWhatPeopleType(String text, Duration expected) {
        assertThat(new DurationConverter().convert(text)).isEqualTo(expected);
    }

    @ParameterizedTest
    @ValueSource(strings = {"20", "-5ms", "ms", "1e3s", "5 minutes", "99999999999s", ""})
    void refusesTheRestAndSaysHow(String text) {
        assertThatThrownBy(() -> new DurationConverter().convert(text))
                .isInstanceOf(TypeConversionException.class)
                .hasMessageContaining("such as 20ms");
    }

    @Test
    void theMessageReachesTheUser() {
        var run = CliRun.of("pool", "size", "--query-time", "20", "--rps", "500");
        assertThat(run.code()).isEqualTo(ExitCode.USAGE);
        assertThat(run.err()).contains("--query-time", "'20' is not a duration");
    }
}
