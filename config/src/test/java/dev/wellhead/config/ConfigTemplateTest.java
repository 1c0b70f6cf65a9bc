// SPDX-License-Identifier: Apache-2.0
// Copyright The Wellhead Authors
package dev.wellhead.config;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class ConfigTemplateTest {

    /** A line that is a setting at its default. */
    private static final Pattern SETTING = Pattern.compile("(?m)^#(?=\\S)");

    private static final Pattern EXAMPLE = Pattern.compile("# ([a-z][a-z.-]*): (.+)");

    @TempDir
    Path folder;

    @ParameterizedTest
    @EnumSource
    void theFileHasEveryKeyOnce(Profile profile) {
        var keys = ConfigTemplate.yaml(profile)
                .lines()
                .filter(line -> line.matches("# ?[a-z].*: .*"))
                .map(line -> line.replaceFirst("# ?", "").replaceFirst(":.*", ""))
                .filter(key -> Keys.find(key).isPresent())
                .toList();
        assertThat(keys).containsExactlyInAnyOrderElementsOf(Keys.names());
    }

    @ParameterizedTest
    @EnumSource
    void theVariablesAreAllKeysAllAliasesAndWhatElseIsRead(Profile profile) {
        var names = ConfigTemplate.dotEnv(profile)
                .lines()
                .filter(line -> line.matches("#[A-Z_]+=.*"))
                .map(line -> line.substring(1, line.indexOf('=')))
                .toList();
        var known = Stream.of(
                        Keys.all().map(Key::environmentName),
                        Aliases.all().stream().map(Aliases.Alias::name).distinct(),
                        Stream.of("NODE_ENV", "WORKER_CONCURRENCY"))
                .flatMap(all -> all)
                .toList();
        assertThat(names).containsExactlyInAnyOrderElementsOf(known);
    }

    @Test
    void everyKeyComesWithMeaningUnitAndTheDefaultOfEachProfile() {
        for (var text : List.of(ConfigTemplate.yaml(Profile.EDGE), ConfigTemplate.dotEnv(Profile.EDGE))) {
            var prose = text.replace("\n# ", " ");
            assertThat(Keys.DATABASE)
                    .allSatisfy(key -> assertThat(prose).contains(key.text() + " " + ConfigTemplate.unit(key) + ". "));
            assertThat(prose)
                    .contains(
                            "Unit: connections, from 1 to 10000. Default: 50 production, 100 edge, 10 local. Counts at reload.")
                    .contains("Unit: duration. Default: 30m. Counts at reload.");
            assertThat(text.lines()).allMatch(line -> line.length() <= 100);
        }
    }

    @ParameterizedTest
    @EnumSource
    void bothChangeNothingAsTheyStand(Profile profile) {
        var given = new Given(folder).yaml(ConfigTemplate.yaml(profile)).dotEnv(ConfigTemplate.dotEnv(profile));
        var nothing = new Given(folder.resolve(".")).loader();
        assertThat(given.problems()).isEmpty();
        assertThat(nothing.load().settings()).noneMatch(Setting::isChanged);
    }

    @ParameterizedTest
    @EnumSource
    void theFileWithEveryLineUncommentedIsValidAndChangesNothing(Profile profile) {
        var uncommented =
                SETTING.matcher(ConfigTemplate.yaml(profile)).replaceAll("").replace("#key: value", "# ");
        assertChangesNothing(profile, new Given(folder).yaml(uncommented), "wellhead.yaml:");
    }

    @ParameterizedTest
    @EnumSource
    void theVariablesWithEveryLineUncommentedAreValidAndChangeNothing(Profile profile) {
        var uncommented = SETTING.matcher(ConfigTemplate.dotEnv(profile)).replaceAll("");
        assertChangesNothing(profile, new Given(folder).dotEnv(uncommented), ".env:");
    }

    private void assertChangesNothing(Profile profile, Given given, String origin) {
        for (var url : List.of("", Given.LOCAL, Given.REMOTE)) {
            var before = new Given(folder.resolve("none"))
                    .env("DATABASE_URL", url)
                    .env("WELLHEAD_PROFILE", profile.text())
                    .load();
            var after = given.env("DATABASE_URL", url)
                    .env("WELLHEAD_PROFILE", profile.text())
                    .load();
            assertThat(after.warnings()).isEmpty();
            assertThat(after.server()).isEqualTo(before.server());
            assertThat(values(after)).isEqualTo(values(before));
            assertThat(after.settings().stream()
                            .filter(setting -> setting.origin().startsWith(origin)))
                    .hasSizeGreaterThan(30);
        }
    }

    private static List<String> values(WellheadConfig config) {
        return config.settings().stream()
                .map(setting -> setting.key() + "=" + setting.value())
                // Said aloud, the mode is handed to the driver, which does the same when nothing is said.
                .filter(setting -> !setting.equals("pool.driver-properties=sslmode=prefer"))
                .filter(setting -> !setting.equals("pool.driver-properties="))
                .toList();
    }

    @Test
    void everyKeyWithoutADefaultHasAnExampleThatItsTypeTakes() throws BadValueException {
        var examples = ConfigTemplate.yaml(Profile.PRODUCTION)
                .lines()
                .map(EXAMPLE::matcher)
                .filter(line -> line.matches() && Keys.find(line.group(1)).isPresent())
                .collect(Collectors.toMap(
                        line -> line.group(1), line -> line.group(2).replace("\"", "")));
        var bare = Keys.all()
                .filter(key -> KeyDefault.of(key).isEmpty())
                .map(Key::name)
                .collect(Collectors.toSet());
        assertThat(examples.keySet()).isEqualTo(bare);
        for (var example : examples.entrySet()) {
            assertThat(example.getValue()).isNotBlank();
            var key = Keys.find(example.getKey()).orElseThrow();
            // Certificates must exist; those of the example do on another machine.
            if (!Set.of("tls.ca-cert", "tls.client-cert", "tls.client-key").contains(key.name())) {
                key.type().parser().parse(example.getValue());
            }
        }
        assertThat(ConnectionUrl.parse(examples.get("url")).password().isEmpty())
                .isTrue();
    }
}
