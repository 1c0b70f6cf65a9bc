// SPDX-License-Identifier: Apache-2.0
// Copyright The Wellhead Authors
package dev.wellhead.drivers;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.File;
import java.net.MalformedURLException;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.ServiceLoader;
import org.junit.jupiter.api.Test;

/** Every driver is optional: a support whose driver is missing must not keep the others from being found. */
class MissingDriversTest {

    private static final String SPI = "dev.wellhead.pool.spi.DriverSupport";

    @Test
    void supportsAreFoundWithoutAnyDriverOnTheClassPath() throws Exception {
        var urls = Arrays.stream(System.getProperty("java.class.path").split(File.pathSeparator))
                .filter(entry ->
                        !entry.matches(".*(postgresql-|mariadb-java|mysql-connector|h2-2|sqlite-jdbc).*\\.jar"))
                .map(MissingDriversTest::url)
                .toArray(URL[]::new);
        try (var loader = new URLClassLoader(urls, ClassLoader.getPlatformClassLoader())) {
            for (var driver : new String[] {"org.postgresql.Driver", "org.mariadb.jdbc.Driver", "org.h2.Driver"}) {
                assertThatThrownBy(() -> loader.loadClass(driver)).isInstanceOf(ClassNotFoundException.class);
            }
            var spi = Class.forName(SPI, true, loader);
            var accepts = spi.getMethod("accepts", String.class);
            int found = 0;
            for (var support : ServiceLoader.load(spi, loader)) {
                assertThat(accepts.invoke(support, "jdbc:other://h/d")).isEqualTo(false);
                found++;
            }
            assertThat(found).isEqualTo(5);
        }
    }

    private static URL url(String entry) {
        try {
            return Path.of(entry).toUri().toURL();
        } catch (MalformedURLException e) {
            throw new AssertionError(e);
        }
    }
}
