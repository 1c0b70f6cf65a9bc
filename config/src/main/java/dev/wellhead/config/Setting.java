// SPDX-License-Identifier: Apache-2.0
// Copyright The Wellhead Authors
package dev.wellhead.config;

/**
 * One effective value and where it comes from.
 *
 * @param key the setting's name, such as {@code pool.max-size} or {@code databases.orders.url}
 * @param value the value as files spell it; {@code ****} where it is secret and given, empty where nothing is set
 * @param origin who said so: {@code flag pool.max-size}, {@code environment DATABASE_URL}, {@code .env:3},
 *     {@code wellhead.yaml:12}, {@code profile production}, {@code default}
 * @param unit what the value counts, such as {@code connections} or {@code duration}
 * @param secret whether the value is never shown
 */
public record Setting(String key, String value, String origin, String unit, boolean secret) {}
