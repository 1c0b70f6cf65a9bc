// SPDX-License-Identifier: Apache-2.0
// Copyright The Wellhead Authors
package dev.wellhead.database;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class LogTextTest {

    @ParameterizedTest
    @ValueSource(strings = {"\n", "\r", "\u0085", "\u2028", "\u2029", "\u001b"})
    void staysOnOneLineWhateverEndsOne(String end) {
        assertThat(LogText.value("load" + end + "ERROR forged")).isEqualTo("\"load ERROR forged\"");
    }
}
