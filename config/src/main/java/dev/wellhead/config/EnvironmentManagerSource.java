// SPDX-License-Identifier: Apache-2.0
// Copyright The Wellhead Authors
package dev.wellhead.config;

import dev.wellhead.database.DatabaseManager;
import dev.wellhead.database.spi.ManagerSource;
import java.util.List;

/** Opens the databases that this process's environment and working directory name. */
public final class EnvironmentManagerSource implements ManagerSource {

    private final ConfigLoader loader;

    /** For {@link java.util.ServiceLoader}: this process's environment and working directory. */
    public EnvironmentManagerSource() {
        this(ConfigLoader.builder().build());
    }

    EnvironmentManagerSource(ConfigLoader loader) {
        this.loader = loader;
    }

    /**
     * Loads the configuration and opens its databases.
     *
     * @throws InvalidConfigException when something is wrong with it, or no database is configured
     */
    @Override
    public DatabaseManager open() {
        var config = loader.load();
        if (config.isEmpty()) {
            throw new InvalidConfigException(List.of(Problem.error(
                    "environment and working directory",
                    "url",
                    "",
                    "is required: no database is configured",
                    "set DATABASE_URL=postgresql://user:password@host:5432/database")));
        }
        ConfigReport.log(config);
        var manager = DatabaseManager.builder().maxTotal(config.maxTotal());
        config.databases().forEach(manager::database);
        config.resources().forEach(manager::resource);
        return manager.open();
    }
}
