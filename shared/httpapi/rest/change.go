package rest

import (
	"net/http"

	"github.com/recado-chat/recado/shared/fault"
	"github.com/recado-chat/recado/shared/httpapi"
)

// ReasonVersionChanged is the reason of a conflict that reading again resolves.
const ReasonVersionChanged = "version_changed"

// ReasonExists is the reason of a conflict with something that exists.
const ReasonExists = "exists"

// retries is how often Retry runs a change.
const retries = 5

// Retry runs a change that reads what it writes until nobody else was faster. It is for requests that carry no version.
func Retry(change func() error) error {
	var err error
	for range retries {
		if err = change(); err == nil || fault.As(err).Reason != ReasonVersionChanged {
			return err
		}
	}
	return err
}

// CheckVersion answers Conflict when the caller changed an older version than the current one, and Invalid when they named none.
func CheckVersion(read, current int64) error {
	if read == current {
		return nil
	}
	if read == 0 {
		return fault.New(fault.Invalid, "version is required").WithField("version")
	}
	return fault.New(fault.Conflict, "changed by somebody else in the meantime").WithField("version").WithReason(ReasonVersionChanged)
}

// Created answers 201 with what a request has made.
func Created(value any) (httpapi.Response, error) { return httpapi.JSON(http.StatusCreated, value) }

// OK answers 200 with what a request has read or changed.
func OK(value any) (httpapi.Response, error) { return httpapi.JSON(http.StatusOK, value) }
