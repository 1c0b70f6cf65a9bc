// SPDX-License-Identifier: Apache-2.0
// Copyright The Wellhead Authors
package dev.wellhead.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;

class ProgressBarTest {

    @Test
    void barGrowsWithTheShareAndStaysInItsBounds() {
        assertThat(ProgressBar.line(0, "x")).isEqualTo("[------------------------------]   0% x");
        assertThat(ProgressBar.line(0.5, "x")).isEqualTo("[###############---------------]  50% x");
        assertThat(ProgressBar.line(1.2, "x")).isEqualTo("[##############################] 100% x");
        assertThat(ProgressBar.line(-1, "x")).startsWith("[-----");
    }

    @Test
    void shorterLineWipesTheLongerOne() {
        var bytes = new ByteArrayOutputStream();
        var bar = new ProgressBar(new PrintStream(bytes, true, StandardCharsets.UTF_8));
        bar.draw(0.1, "a long text");
        bytes.reset();
        bar.draw(0.2, "short");
        assertThat(bytes.toString(StandardCharsets.UTF_8))
                .hasSize(1 + ProgressBar.line(0.1, "a long text").length());
    }
}
