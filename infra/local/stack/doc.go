// Package stack runs the whole of Recado in one process on one machine: every function with the Handler that Lambda runs, wired
// from infra/topology, between local stand-ins of the AWS services and simulators of the providers.
//
// What it keeps lies in one directory and survives kill -9. Time is the stack's own clock, which may be moved forward. It may
// import every package below infra/local, infra/topology and the functions.
package stack
