// SPDX-License-Identifier: Apache-2.0
// Copyright The Wellhead Authors
package dev.wellhead.server;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.wellhead.config.ServerConfig;
import dev.wellhead.database.DatabaseConfig;
import dev.wellhead.database.DatabaseManager;
import dev.wellhead.database.HealthPolicy;
import dev.wellhead.database.spi.HealthPart;
import dev.wellhead.pool.Secret;
import dev.wellhead.testkit.OwnThread;
import dev.wellhead.testkit.PostgresServer;
import dev.wellhead.testkit.Programs;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The page in a real Chromium, over a real PostgreSQL under load. */
@Tag("needs-chromium")
class DeskPageTest {

    private static final Duration SOON = Duration.ofSeconds(20);
    private static final String HOSTILE = "<img src=x onerror=window.hacked=1>";
    private static final Path SHOTS = Path.of("target", "screenshots");

    @TempDir
    static Path profile;

    private static final AtomicBoolean loading = new AtomicBoolean();
    private static volatile boolean storeIsOut;
    private static PostgresServer postgres;
    private static DatabaseManager manager;
    private static WellheadServer server;
    private static Browser browser;

    @BeforeAll
    static void start() throws Exception {
        var driver = Programs.find("chromedriver");
        var chromium = Programs.find("chromium");
        assumeTrue(driver.isPresent() && chromium.isPresent(), "needs chromium and chromedriver");
        postgres = PostgresServer.start();
        manager = DatabaseManager.builder()
                .database(config())
                .part(new HostilePart())
                .open();
        server = Databases.serve(manager);
        browser = Browser.start(driver.get(), chromium.get(), profile);
        loading.set(true);
        for (int i = 0; i < 3; i++) {
            OwnThread.EACH.execute(DeskPageTest::load);
        }
        OwnThread.EACH.execute(DeskPageTest::hold);
    }

    /** Something that is no database, which fails with a text that wants to be markup. */
    private static final class HostilePart implements HealthPart {
        @Override
        public String name() {
            return "store";
        }

        @Override
        public void check() throws IOException {
            if (storeIsOut) {
                throw new IOException(HOSTILE);
            }
        }

        @Override
        public Map<String, Double> readings() {
            return Map.of("objects", 7.0);
        }
    }

    private static DatabaseConfig config() {
        var config = Databases.config("default", postgres.jdbcUrl());
        return new DatabaseConfig(
                config.pool(),
                config.retry(),
                new HealthPolicy(true, Duration.ofSeconds(30), Duration.ofSeconds(2), 3),
                Duration.ofSeconds(5));
    }

    private static void load() {
        while (loading.get()) {
            try {
                manager.database()
                        .query("load", "select count(*) from generate_series(1, 20000) /* " + HOSTILE + " */")
                        .one(Long.class);
            } catch (RuntimeException downNow) {
                Thread.onSpinWait();
            }
        }
    }

    /** A lease that is always there, by a name that wants to be markup. */
    private static void hold() {
        while (loading.get()) {
            try {
                manager.database().query(HOSTILE, "select pg_sleep(3)").one(String.class);
            } catch (RuntimeException downNow) {
                Thread.onSpinWait();
            }
        }
    }

    @AfterAll
    static void stop() throws Exception {
        loading.set(false);
        if (browser != null) {
            browser.close();
        }
        if (server != null) {
            server.close();
            manager.close();
            postgres.close();
        }
    }

    @Test
    void showsWhatTheDatabasesDoAndTakesNoTextForMarkup() throws Exception {
        browser.size(1280, 900);
        browser.open(server.uri());

        until(() -> browser.text("#verdict").contains("Healthy"));
        until(() -> browser.text("#statements").contains("generate_series"));
        until(() -> browser.text("#leases").contains(HOSTILE));
        until(() -> browser.text("#tiles").matches("(?s).*Acquire p99\\s+[0-9].*"));
        until(() -> browser.run("return document.querySelectorAll('.uplot canvas').length")
                        .asInt()
                == 4);
        assertThat(browser.text("figcaption")).contains("limit 4");
        assertThat(browser.run("return document.querySelectorAll('#main img, #main script').length")
                        .asInt())
                .isZero();
        assertThat(browser.run("return window.hacked === undefined").asBoolean())
                .isTrue();
        browser.screenshot(SHOTS.resolve("light.png"));
    }

    @Test
    void showsWhatIsNoDatabaseToo() throws Exception {
        browser.size(1280, 900);
        browser.open(server.uri());
        until(() -> browser.text("#part-list").matches("(?s)store\\s+healthy\\s+[0-9.]+\\s+objects 7"));
        storeIsOut = true;
        try {
            until(() -> browser.text("#part-list").contains("out: IOException: " + HOSTILE));
            assertThat(browser.text("#verdict")).contains("The databases are healthy; out: store.");
            assertThat(browser.text("#problem-list")).contains("store is out");
            until(() -> browser.text("#alerts").contains("PART_UNHEALTHY"));
            assertThat(browser.run("return window.hacked === undefined").asBoolean())
                    .isTrue();
        } finally {
            storeIsOut = false;
        }
        until(() -> browser.text("#verdict").contains("Healthy"));
        until(() -> !browser.text("#problem-list").contains("store"));
    }

    @Test
    void fitsASmallScreenInBothSchemes() throws Exception {
        browser.size(360, 740);
        browser.open(server.uri());
        until(() -> browser.text("#leases").contains(HOSTILE));
        for (var scheme : new String[] {"light", "dark"}) {
            browser.scheme(scheme);
            until(() -> browser.run("return matchMedia('(prefers-color-scheme: ' + arguments[0] + ')').matches", scheme)
                    .asBoolean());
            assertThat(browser.run("return document.documentElement.scrollWidth")
                            .asInt())
                    .as(scheme)
                    .isLessThanOrEqualTo(360);
            assertThat(browser.run(CONTRAST).asDouble()).as(scheme).isGreaterThanOrEqualTo(4.5);
            browser.screenshot(SHOTS.resolve("small-" + scheme + ".png"));
        }
        browser.scheme("light");
    }

    @Test
    void isWorkedByKeyboardAndEveryControlHasAName() throws Exception {
        browser.size(1280, 900);
        browser.open(server.uri());
        until(() -> browser.text("#statements").contains("generate_series"));

        for (int i = 0; i < 60 && !browser.run(FOCUS).asText().equals("Calls"); i++) {
            browser.type(TAB);
        }
        browser.type(ENTER);

        assertThat(browser.run("return document.querySelector('th[data-sort=calls]').getAttribute('aria-sort')")
                        .asText())
                .isEqualTo("descending");
        assertThat(browser.run(NAMELESS).asText()).isEmpty();
    }

    @Test
    void showsAFaultWithinThreeSecondsAsSuspectedThenAsUnhealthyAndItsEnd() throws Exception {
        browser.size(1280, 900);
        browser.open(server.uri());
        until(() -> browser.text("#verdict").contains("Healthy"));
        browser.run(
                "window.seen = []; new MutationObserver(() => window.seen.push(document.querySelector('#verdict').innerText))"
                        + ".observe(document.querySelector('#verdict'), {childList: true, subtree: true, characterData: true})");

        long killed = System.nanoTime();
        postgres.kill();
        await().atMost(Duration.ofSeconds(3))
                .pollInterval(Duration.ofMillis(50))
                .until(() -> browser.run("return window.seen.join()").asText().contains("suspected"));
        assertThat(Duration.ofNanos(System.nanoTime() - killed)).isLessThan(Duration.ofSeconds(3));
        until(() -> browser.run("return document.querySelector('#verdict').className")
                .asText()
                .contains("critical"));
        until(() -> browser.text("#problem-list").contains("check that the server runs"));
        until(() -> browser.text("#events").contains("verdict"));
        browser.screenshot(SHOTS.resolve("fault.png"));

        postgres.restart();

        until(() -> browser.text("#verdict").contains("Healthy"));
        until(() -> browser.run("return document.querySelector('#problem-list .critical') === null")
                .asBoolean());
    }

    @Test
    void asksForTheTokenAndKeepsItForTheTabOnly() throws Exception {
        var token = "a-token-of-the-page-test";
        try (var guarded = WellheadServer.start(
                manager, new ServerConfig("127.0.0.1", 0, Duration.ofSeconds(5), false, Secret.of(token)), "local")) {
            browser.open(guarded.uri());
            until(() -> browser.run("return document.querySelector('#token-dialog').open")
                    .asBoolean());
            assertThat(browser.text("#tiles")).isEmpty();
            assertThat(browser.run(FOCUS_ID).asText()).isEqualTo("token");
            browser.type(token + ENTER);
            until(() -> browser.text("#tiles").contains("Active"));
            assertThat(browser.run("return Object.values(localStorage).join() + document.cookie + location.href")
                            .asText())
                    .doesNotContain(token);

            browser.newTab();
            browser.open(guarded.uri());
            until(() -> browser.run("return document.querySelector('#token-dialog').open")
                    .asBoolean());
        }
    }

    @Test
    void actsForWhoeverHasTheOperatorsTokenAfterConfirmation() throws Exception {
        var token = "a-token-for-operators";
        try (var acting = WellheadServer.start(manager, Databases.ANY_PORT.withAdminToken(Secret.of(token)), "local")) {
            browser.size(1280, 900);
            browser.open(acting.uri());
            until(() -> browser.run(CANCEL).asBoolean());
            assertThat(browser.text("#confirm-text")).contains(HOSTILE);
            browser.run("document.querySelector('#confirm-yes').click()");
            until(() -> browser.run("return document.querySelector('#token-dialog').open")
                    .asBoolean());
            browser.type(token + ENTER);

            // Again where the statement was over before it could be cancelled, or the page had yet to load anew.
            await().atMost(SOON).pollInterval(Duration.ofSeconds(1)).until(() -> {
                if (browser.run(CANCEL).asBoolean()) {
                    browser.run("document.querySelector('#confirm-yes').click()");
                }
                return browser.text("#events").contains("cancel by an operator at 127.0.0.1: done");
            });
            until(() -> browser.text("#statements").contains("pg_sleep"));
            browser.screenshot(SHOTS.resolve("operator.png"));
        }
    }

    /** Asks to cancel what the lease with the hostile name runs; whether there is one, and the page asks back. */
    private static final String CANCEL = """
            const row = [...document.querySelectorAll('#leases tbody tr')].find(r => r.innerText.includes('onerror'));
            const button = row && [...row.querySelectorAll('button')].find(b => b.innerText === 'Cancel');
            if (!button) return false;
            button.click();
            return document.querySelector('#confirm-dialog').open""";

    private static final String TAB = "\uE004";
    private static final String ENTER = "\uE007";
    private static final String FOCUS = "return document.activeElement.innerText";
    private static final String FOCUS_ID = "return document.activeElement.id";

    /** Controls without a text, label or title. */
    private static final String NAMELESS = """
            return [...document.querySelectorAll('button, input, [tabindex="0"], dialog')].filter(e =>
                !(e.innerText?.trim() || e.textContent.trim() || e.getAttribute('aria-label') || e.labels?.[0]?.textContent.trim()
                  || document.getElementById(e.getAttribute('aria-labelledby'))?.textContent))
              .map(e => e.outerHTML).join()""";

    /** The smallest contrast of any text with what is behind it (WCAG 2.2, 1.4.3). */
    private static final String CONTRAST = """
            const parse = c => (c.match(/[\\d.]+/g) || []).map(Number);
            const light = c => { const [r, g, b] = parse(c).map(v => { v /= 255; return v <= 0.04045 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4; });
                return 0.2126 * r + 0.7152 * g + 0.0722 * b; };
            const behind = e => { for (; e; e = e.parentElement) { const c = getComputedStyle(e).backgroundColor; const p = parse(c);
                if (p.length === 3 || p[3] > 0) return c; } return 'rgb(255,255,255)'; };
            let least = 99;
            for (const e of document.querySelectorAll('header *, main *')) {
                if (![...e.childNodes].some(n => n.nodeType === 3 && n.data.trim()) || !e.getClientRects().length) continue;
                const a = light(getComputedStyle(e).color), b = light(behind(e));
                least = Math.min(least, (Math.max(a, b) + 0.05) / (Math.min(a, b) + 0.05));
            }
            return least""";

    private static void until(Callable<Boolean> holds) {
        await().atMost(SOON).pollInterval(Duration.ofMillis(100)).until(holds);
    }
}
