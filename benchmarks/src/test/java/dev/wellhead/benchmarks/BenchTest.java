// SPDX-License-Identifier: Apache-2.0
// Copyright The Wellhead Authors
package dev.wellhead.benchmarks;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What {@code benchmarks/run} answers to what it is given. */
class BenchTest {
    private final PrintStream formerOutput = System.out;
    private final PrintStream formerErrors = System.err;
    private final ByteArrayOutputStream output = new ByteArrayOutputStream();
    private final ByteArrayOutputStream errors = new ByteArrayOutputStream();

    @AfterEach
    void restore() {
        System.setOut(formerOutput);
        System.setErr(formerErrors);
    }

    @Test
    void helpListsEveryPartAndEveryPool() {
        assertThat(run("--help")).isZero();
        assertThat(output()).contains(Parts.ALL.stream().map(Part::name).toList());
        assertThat(output()).contains("--pools", "hikari-metrics", "Exit codes");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "nope | There is no part 'nope'. parts=speed,",
                "real --round 2 | There is no option '--round'",
                "real --rounds | --rounds lacks its value",
                "real --rounds 0 | --rounds takes a whole number from 1 to 9999, not '0'",
                "quick --seconds 1.5 | --seconds takes a whole number from 1 to 9999, not '1.5'",
                "real --pools hikari,ucp | --pools takes names out of direct,wellhead,",
            })
    void wrongUsageIsNamedAndEndsWithTwo(String line, String message) {
        assertThat(run(line.split(" ", -1))).isEqualTo(2);
        assertThat(errors()).contains(message, "benchmarks/run --help");
        assertThat(output()).isEmpty();
    }

    @Test
    void nothingAskedForIsWrongUsage() {
        assertThat(run()).isEqualTo(2);
        assertThat(output()).startsWith("usage: ");
    }

    @Test
    void optionsGoOverAPartsOwnEffort() {
        var own = new Effort(3, 4, 12, List.of(PoolKind.WELLHEAD, PoolKind.HIKARI));
        var given = BenchOptions.parse(List.of("--seconds", "1", "--pools", "agroal,c3p0"));
        assertThat(given.over(own)).isEqualTo(new Effort(3, 4, 1, List.of(PoolKind.AGROAL, PoolKind.C3P0)));
        assertThat(BenchOptions.parse(List.of("--quick")).isQuick()).isTrue();
    }

    @Test
    void everyPartHasANameOfItsOwnAndAShorterQuickRun() {
        assertThat(Parts.ALL).extracting(Part::name).doesNotHaveDuplicates();
        assertThat(Parts.ALL).allSatisfy(part -> assertThat(part.quick()).isNotEqualTo(part.full()));
        assertThatThrownBy(() -> Parts.named("")).isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void newestJdkThatIsNewEnoughIsTaken(@TempDir Path folder) throws Exception {
        jdk(folder, "seventeen", "17.0.15");
        jdk(folder, "twenty-five", "25");
        jdk(folder, "twenty-one", "21.0.8");
        Files.createDirectory(folder.resolve("no-jdk"));
        assertThat(Jdks.newest(folder, 21)).contains(folder.resolve("twenty-five/bin/java"));
        assertThat(Jdks.newest(folder, 26)).isEmpty();
    }

    private static void jdk(Path folder, String name, String version) throws Exception {
        var bin = Files.createDirectories(folder.resolve(name).resolve("bin"));
        Files.createFile(
                bin.resolve("java"),
                PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------")));
        Files.writeString(
                folder.resolve(name).resolve("release"), "OS_ARCH=\"x86_64\"\nJAVA_VERSION=\"" + version + "\"\n");
    }

    private int run(String... arguments) {
        System.setOut(new PrintStream(output, true, StandardCharsets.UTF_8));
        System.setErr(new PrintStream(errors, true, StandardCharsets.UTF_8));
        return Bench.run(arguments);
    }

    private String output() {
        return output.toString(StandardCharsets.UTF_8);
    }

    private String errors() {
        return errors.toString(StandardCharsets.UTF_8);
    }
}
