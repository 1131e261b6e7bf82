package rest

import (
	"net/http"

	"github.com/recado-chat/recado/shared/chat"
	"github.com/recado-chat/recado/shared/fault"
	"github.com/recado-chat/recado/shared/httpapi"
)

// retries is the number of attempts that Retry makes.
const retries = 5

// Retry runs change again while it fails because the item was changed since it was read. It is for requests without a version;
// change must read the item itself.
func Retry(change func() error) error {
	var err error
	for range retries {
		if err = change(); err == nil || fault.As(err).Reason != chat.ConflictVersionChanged {
			return err
		}
	}
	return err
}

// CheckVersion returns Conflict when the version that the caller read is not the current one, and Invalid when it is 0.
func CheckVersion(read, current int64) error {
	if read == current {
		return nil
	}
	if read == 0 {
		return fault.New(fault.Invalid, "version is required").WithField("version")
	}
	return fault.New(fault.Conflict, "changed by someone else, reload and try again").WithField("version").WithReason(chat.ConflictVersionChanged)
}

// Created responds with 201 and the created value.
func Created(value any) (httpapi.Response, error) { return httpapi.JSON(http.StatusCreated, value) }

// OK responds with 200 and a value.
func OK(value any) (httpapi.Response, error) { return httpapi.JSON(http.StatusOK, value) }
