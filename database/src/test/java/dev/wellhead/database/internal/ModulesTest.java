// SPDX-License-Identifier: Apache-2.0
// Copyright The Wellhead Authors
package dev.wellhead.database.internal;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.lang.module.ModuleFinder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Set;
import javax.tools.ToolProvider;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Records of named modules. */
class ModulesTest {

    @TempDir
    private Path folder;

    @Test
    @SuppressWarnings("unchecked") // Row is a record.
    void recordOfModuleThatDoesNotOpenItsPackageIsRefusedWithTheLineToAdd() throws Exception {
        var type = recordIn("module shop { }");
        assertThatThrownBy(() -> Mapping.of(type))
                .isInstanceOf(MappingProblem.class)
                .hasMessage("row cannot be mapped to record shop.Row: its module shop does not open package shop to"
                        + " this library; add the line \"opens shop;\" to its module-info.java, or use a RowMapper");
        assertThatThrownBy(() -> RecordValues.of((Class<? extends Record>) type))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("record shop.Row cannot be read: its module shop does not open package shop")
                .hasMessageContaining("\"opens shop;\"");
    }

    @Test
    void recordOfModuleThatOpensItsPackageIsTaken() throws Exception {
        assertThat(Mapping.of(recordIn("module shop { opens shop; }"))).isNotNull();
    }

    private Class<?> recordIn(String module) throws IOException, ClassNotFoundException {
        var sources = folder.resolve("sources");
        Files.createDirectories(sources.resolve("shop"));
        Files.writeString(sources.resolve("module-info.java"), module);
        Files.writeString(sources.resolve("shop/Row.java"), "package shop; record Row(int id) {}");
        var classes = folder.resolve("classes");
        int failed = ToolProvider.getSystemJavaCompiler()
                .run(
                        null,
                        null,
                        null,
                        "-d",
                        classes.toString(),
                        sources.resolve("module-info.java").toString(),
                        sources.resolve("shop/Row.java").toString());
        assertThat(failed).isZero();
        var boot = ModuleLayer.boot();
        var configuration = boot.configuration().resolve(ModuleFinder.of(classes), ModuleFinder.of(), Set.of("shop"));
        return boot.defineModulesWithOneLoader(configuration, getClass().getClassLoader())
                .findLoader("shop")
                .loadClass("shop.Row");
    }
}
