// SPDX-License-Identifier: Apache-2.0
// Copyright The Wellhead Authors
package dev.wellhead.testkit;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Random;
import org.junit.jupiter.api.Test;

class CutterTest {
    @Test
    void findsTheFirstOccurrenceHoweverTheTextIsSplit() {
        Random random = new Random(7);
        for (int round = 0; round < 20_000; round++) {
            String text = letters(random, random.nextInt(40));
            String sequence = letters(random, 1 + random.nextInt(5));
            int expected = text.indexOf(sequence);
            Faults.Cutter cutter =
                    Faults.CutRule.before(bytes(sequence), Cut.RESET).cutter();
            ByteArrayOutputStream passed = new ByteArrayOutputStream();
            boolean isCut = feed(cutter, bytes(text), random, passed);
            assertThat(isCut).as("%s in %s", sequence, text).isEqualTo(expected >= 0);
            if (!isCut) {
                passed.writeBytes(cutter.release());
            }
            assertThat(passed.toString(StandardCharsets.US_ASCII))
                    .isEqualTo(expected >= 0 ? text.substring(0, expected) : text);
        }
    }

    @Test
    void releasedBeginStillCounts() {
        Faults.Cutter cutter = Faults.CutRule.before(bytes("COMMIT"), Cut.RESET).cutter();
        assertThat(cutter.offer(bytes("xCOM")).bytes()).isEqualTo(bytes("x"));
        assertThat(cutter.holdsBack()).isTrue();
        assertThat(cutter.release()).isEqualTo(bytes("COM"));
        assertThat(cutter.holdsBack()).isFalse();
        Faults.Cutter.Verdict verdict = cutter.offer(bytes("MIT;"));
        assertThat(verdict.isCut()).isTrue();
        assertThat(verdict.bytes()).isEmpty();
    }

    @Test
    void countsToTheByte() {
        Faults.Cutter cutter = Faults.CutRule.after(5, Cut.RESET).cutter();
        assertThat(cutter.offer(bytes("abc")).isCut()).isFalse();
        Faults.Cutter.Verdict verdict = cutter.offer(bytes("defg"));
        assertThat(verdict.isCut()).isTrue();
        assertThat(verdict.bytes()).isEqualTo(bytes("de"));
    }

    private static boolean feed(Faults.Cutter cutter, byte[] text, Random random, ByteArrayOutputStream passed) {
        int offset = 0;
        while (offset < text.length) {
            int length = 1 + random.nextInt(text.length - offset);
            Faults.Cutter.Verdict verdict = cutter.offer(Arrays.copyOfRange(text, offset, offset + length));
            passed.writeBytes(verdict.bytes());
            if (verdict.isCut()) {
                return true;
            }
            offset += length;
        }
        return false;
    }

    private static String letters(Random random, int length) {
        StringBuilder text = new StringBuilder();
        for (int i = 0; i < length; i++) {
            text.append((char) ('a' + random.nextInt(2)));
        }
        return text.toString();
    }

    private static byte[] bytes(String text) {
        return text.getBytes(StandardCharsets.US_ASCII);
    }
}
