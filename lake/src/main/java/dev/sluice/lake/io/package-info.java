/** How this process reads and writes the files of the lake. */
package dev.sluice.lake.io;
