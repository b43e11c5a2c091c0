/** A network that can be told to fail: between the job and its catalog, its store and its source. */
package dev.sluice.torture.proxy;
