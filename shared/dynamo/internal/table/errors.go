package table

import (
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"
	"github.com/aws/smithy-go"

	"github.com/recado-chat/recado/shared/fault"
)

// The reasons of conflicts.
const (
	ReasonVersionChanged  = "version_changed"
	ReasonIdentityChanged = "identity_changed"
	ReasonReceiptExists   = "receipt_exists"
	ReasonAtCapacity      = "at_capacity"
	ReasonExists          = "exists"
	ReasonClaimed         = "claimed"
)

// severity orders the reasons when several conditions of one transaction failed: the first one listed is told.
var severity = []string{
	ReasonReceiptExists, ReasonIdentityChanged, ReasonAtCapacity, ReasonExists, ReasonClaimed, ReasonVersionChanged,
}

var conflictMessages = map[string]string{
	ReasonVersionChanged:  "it was changed by somebody else in the meantime",
	ReasonIdentityChanged: "the person's conversation changed in the meantime",
	ReasonReceiptExists:   "this was taken in already",
	ReasonAtCapacity:      "the operator carries as many conversations as they may",
	ReasonExists:          "it exists already",
	ReasonClaimed:         "it is connected to another account",
}

func Conflict(reason string) *fault.Error {
	return fault.New(fault.Conflict, "%s", conflictMessages[reason]).WithReason(reason)
}

func NotFound(what string) error { return fault.New(fault.NotFound, "%s not found", what) }

func Damaged(what string, err error) error { return fmt.Errorf("read a stored %s: %w", what, err) }

// passing are the answers of DynamoDB that may be different on the next try.
var passing = []string{
	"TransactionConflictException", "TransactionConflict", "TransactionInProgressException",
	"ProvisionedThroughputExceededException", "ProvisionedThroughputExceeded", "ThrottlingException", "ThrottlingError",
	"RequestLimitExceeded", "InternalServerError", "ServiceUnavailable",
}

// asFault says what DynamoDB's answer means to a caller; what it cannot say stays internal.
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
			if slices.Contains(passing, aws.ToString(r.Code)) {
				return Unavailable(doing, err)
			}
		}
	}
	var api smithy.APIError
	if errors.As(err, &api) && slices.Contains(passing, api.ErrorCode()) {
		return Unavailable(doing, err)
	}
	if api != nil && isOverSize(api.ErrorMessage()) {
		return tooLarge(doing, err)
	}
	return fmt.Errorf("%s: %w", doing, err)
}

// isOverSize knows how DynamoDB speaks of an item that it never takes: it has no code of its own.
func isOverSize(message string) bool {
	return strings.Contains(message, "Item size") && strings.Contains(message, "exceeded the maximum allowed size")
}

func tooLarge(doing string, err error) error {
	return fault.New(fault.TooLarge, "this is more than can be kept").WithReason("item_too_large").WithCause(fmt.Errorf("%s: %w", doing, err))
}

func Unavailable(doing string, err error) error {
	return fault.New(fault.Unavailable, "the store is busy").WithReason("store_busy").WithCause(fmt.Errorf("%s: %w", doing, err))
}

// conditionFailed says whether a single write was refused by its condition, and hands out the item that refused it.
func conditionFailed(err error) (old Item, failed bool) {
	var refused *types.ConditionalCheckFailedException
	if errors.As(err, &refused) {
		return refused.Item, true
	}
	return nil, false
}
