/** Where the files lie that Sluice is made of: in a checkout that was built, or in an unpacked distribution. */
package dev.sluice.stack.installation;
