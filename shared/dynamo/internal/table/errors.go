package table

import (
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"
	"github.com/aws/smithy-go"

	"github.com/recado-chat/recado/shared/chat"
	"github.com/recado-chat/recado/shared/fault"
)

// The reasons of conflicts.
const (
	ReasonVersionChanged  = chat.ConflictVersionChanged
	ReasonIdentityChanged = chat.ConflictIdentityChanged
	ReasonReceiptExists   = chat.ConflictReceiptExists
	ReasonLoadChanged     = chat.ConflictLoadChanged
	ReasonExists          = chat.ConflictExists
	ReasonClaimed         = "claimed"
)

// severity orders the reasons. When several conditions of a transaction fail, the first of this list is reported.
var severity = []string{
	ReasonReceiptExists, ReasonIdentityChanged, ReasonLoadChanged, ReasonExists, ReasonClaimed, ReasonVersionChanged,
}

var conflictMessages = map[string]string{
	ReasonVersionChanged:  "changed by someone else, reload and try again",
	ReasonIdentityChanged: "the contact's conversation has changed",
	ReasonReceiptExists:   "already processed",
	ReasonLoadChanged:     "the operator's load has changed",
	ReasonExists:          "already exists",
	ReasonClaimed:         "already connected",
}

// Conflict is the fault of a failed condition.
func Conflict(reason string) *fault.Error {
	return fault.New(fault.Conflict, "%s", conflictMessages[reason]).WithReason(reason)
}

// NotFound is the fault of a missing item.
func NotFound(what string) error { return fault.New(fault.NotFound, "%s not found", what) }

// Damaged is the error of a stored item that cannot be decoded.
func Damaged(what string, err error) error { return fmt.Errorf("read a stored %s: %w", what, err) }

// transient are the error codes of DynamoDB after which a retry may succeed.
var transient = []string{
	"TransactionConflictException", "TransactionConflict", "TransactionInProgressException",
	"ProvisionedThroughputExceededException", "ProvisionedThroughputExceeded", "ThrottlingException", "ThrottlingError",
	"RequestLimitExceeded", "InternalServerError", "ServiceUnavailable",
}

// asFault turns an error of DynamoDB that a caller can act on into a fault. All others are wrapped and stay internal.
func asFault(doing string, err error) error {
	if err == nil {
		return nil
	}
	var canceled *types.TransactionCanceledException
	if errors.As(err, &canceled) {
		for _, r := range canceled.CancellationReasons {
			if isOverSize(aws.ToString(r.Message)) {
				return tooLarge(doing, err)
			}
			if slices.Contains(transient, aws.ToString(r.Code)) {
				return Unavailable(doing, err)
			}
		}
	}
	var api smithy.APIError
	if errors.As(err, &api) && slices.Contains(transient, api.ErrorCode()) {
		return Unavailable(doing, err)
	}
	if api != nil && isOverSize(api.ErrorMessage()) {
		return tooLarge(doing, err)
	}
	return fmt.Errorf("%s: %w", doing, err)
}

// isOverSize recognizes the error of an item over 400 KB, which has no error code of its own.
func isOverSize(message string) bool {
	return strings.Contains(message, "Item size") && strings.Contains(message, "exceeded the maximum allowed size")
}

func tooLarge(doing string, err error) error {
	return fault.New(fault.TooLarge, "too large to store").WithReason("item_too_large").WithCause(fmt.Errorf("%s: %w", doing, err))
}

// Unavailable is the fault of a store that did not answer in time.
func Unavailable(doing string, err error) error {
	return fault.New(fault.Unavailable, "the database is busy, try again").WithReason("store_busy").WithCause(fmt.Errorf("%s: %w", doing, err))
}

// conditionFailed is true when a single write failed its condition, and returns the stored item.
func conditionFailed(err error) (old Item, failed bool) {
	var refused *types.ConditionalCheckFailedException
	if errors.As(err, &refused) {
		return refused.Item, true
	}
	return nil, false
}
