// Package stack runs all of Recado in one process: every function with the handler that Lambda runs, wired from infra/topology, with
// local implementations of the AWS services and simulators of the providers.
//
// All data is in one directory and survives kill -9. The stack has a clock of its own, which can be moved forward. The package may
// import every package below infra/local, infra/topology and the functions.
package stack
