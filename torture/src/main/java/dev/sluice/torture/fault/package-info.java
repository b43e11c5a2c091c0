/** The faults, each a class of its own that says by what it is seen to have happened, and the order that a seed gives. */
package dev.sluice.torture.fault;
