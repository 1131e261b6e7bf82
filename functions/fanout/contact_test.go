package fanout

import (
	"slices"
	"testing"

	lambdaevents "github.com/aws/aws-lambda-go/events"
)

// Search tokens follow a contact that is new; whoever changes one changes its tokens.
func TestDerive_ContactAdded_Once(t *testing.T) {
	t.Parallel()
	image := map[string]lambdaevents.DynamoDBAttributeValue{
		"kind": lambdaevents.NewStringAttribute("contact"), "pk": lambdaevents.NewStringAttribute("P#ACC#ANA"),
		"sk": lambdaevents.NewStringAttribute("P"), "version": lambdaevents.NewNumberAttribute("1"),
	}
	for name, test := range map[string]struct {
		old  map[string]lambdaevents.DynamoDBAttributeValue
		want []string
	}{
		"new":     {nil, []string{"to-jobs contact.added.v1"}},
		"changed": {image, nil},
	} {
		e := newEmitter("1")
		record := lambdaevents.DynamoDBEventRecord{Change: lambdaevents.DynamoDBStreamRecord{OldImage: test.old, NewImage: image, SequenceNumber: "1"}}
		if err := new(Handler).derive(t.Context(), record, e.out, e.freed, e.marked); err != nil {
			t.Fatal(err)
		}
		if got := signals(t, e.out); !slices.Equal(got, test.want) {
			t.Errorf("%s: %v, want %v", name, got, test.want)
		}
	}
}
