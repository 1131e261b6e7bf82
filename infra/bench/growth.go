package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/aws/aws-lambda-go/events"
	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"

	"github.com/recado-chat/recado/infra/bench/measure"
	"github.com/recado-chat/recado/infra/local/stack"
	"github.com/recado-chat/recado/shared/chat"
)

const (
	growthBar   = 1.2
	growthTimes = 5 // repetitions of each operation
)

// growing is a row of the table of growth: something that is done beside more and more of something else. A new row is a new entry of
// growingRows.
type growing struct {
	beside string
	sizes  []int
	// quiet leaves queues and streams alone: for operations of one function.
	quiet bool
	// open prepares a shop of a size.
	open func(ctx context.Context, s *shop, size int) error
	// does are the operations on that shop, by name, in order.
	does []operation
}

// operation is done growthTimes times; i counts them.
type operation struct {
	name string
	do   func(ctx context.Context, s *shop, i int) error
}

func growingRows(most int) []growing {
	listSizes := slices.Compact([]int{100, min(10_000, most), most})
	return []growing{
		{"conversations, half in the pool and half the caller's", listSizes, true, fillLists, everyList()},
		{"sockets of which one looks", []int{1, 20, 200}, false, fillSockets, []operation{{"a text into an open conversation", textIntoOpen}}},
		{"own conversations, in a three years old account", []int{30, 600, 10_000}, true, fillOwn, []operation{{"the counts", api("/api/v1/conversations/counts")}}},
		{"waiting in the pool", []int{5, 1000, 20_000}, false, fillPool, []operation{{"a text opens a conversation that nobody can take", newOpening}}},
	}
}

// growth counts the capacity units of operations beside more and more data.
func growth(ctx context.Context) error {
	most, err := measure.Number("CONVERSATIONS", 10_000)
	if err != nil {
		return err
	}
	fmt.Printf(`Capacity units that the engine answers, of all functions, the mean of %d after one that is not counted. CONVERSATIONS=200000 fills the largest lists.

| what | beside | units written | units read | most of least | ≤ %.1f |
|---|---|---|---|---|---|
`, growthTimes, growthBar)
	for _, row := range growingRows(most) {
		if err := row.measure(ctx); err != nil {
			return fmt.Errorf("%s: %w", row.beside, err)
		}
	}
	return nil
}

func (g growing) measure(ctx context.Context) error {
	wrote, read := map[string][]float64{}, map[string][]float64{}
	for _, size := range g.sizes {
		if err := g.at(ctx, size, wrote, read); err != nil {
			return fmt.Errorf("at %d: %w", size, err)
		}
	}
	for _, operation := range g.does {
		name := operation.name
		ratio := max(spreadOf(wrote[name]), spreadOf(read[name]))
		fmt.Printf("| %s | %s %s | %s | %s | %.2f | %s |\n", name, joined(g.sizes, "%d"), g.beside, joined(wrote[name], "%.1f"), joined(read[name], "%.1f"),
			ratio, measure.Verdict(ratio <= growthBar))
	}
	return nil
}

// at measures a row's operations at one size.
func (g growing) at(ctx context.Context, size int, wrote, read map[string][]float64) error {
	counted := newUnits()
	s, stop, err := open(ctx, stack.Options{Runtime: counted.watch, NoSources: g.quiet})
	if err != nil {
		return err
	}
	defer stop()
	defer s.browsers.close()
	if err := g.open(ctx, s, size); err != nil {
		return err
	}
	if err := g.settle(ctx, s); err != nil {
		return err
	}
	for _, operation := range g.does {
		for i := range growthTimes + 1 {
			if i == 1 {
				counted.take()
			}
			if err := operation.do(ctx, s, i); err != nil {
				return fmt.Errorf("%s: %w", operation.name, err)
			}
			if err := g.settle(ctx, s); err != nil {
				return err
			}
		}
		r, w := counted.take()
		wrote[operation.name] = append(wrote[operation.name], sum(w)/growthTimes)
		read[operation.name] = append(read[operation.name], sum(r)/growthTimes)
	}
	return nil
}

func (g growing) settle(ctx context.Context, s *shop) error {
	if g.quiet {
		return nil
	}
	return s.Settle(ctx)
}

// spreadOf is the most of the least; one when all are nothing.
func spreadOf(of []float64) float64 {
	least := max(slices.Min(of), 0.5) // the smallest unit that DynamoDB bills
	return max(slices.Max(of), least) / least
}

func joined[T any](of []T, format string) string {
	var list []string
	for _, v := range of {
		list = append(list, fmt.Sprintf(format, v))
	}
	return strings.Join(list, ", ")
}

// awayed makes the account one in which nobody is given conversations.
func (s *shop) awayed(ctx context.Context) error {
	if err := s.owner.call(ctx, http.MethodPut, "/api/v1/distribution", object{"mode": "account"}, nil); err != nil {
		return err
	}
	return s.owner.call(ctx, http.MethodPut, "/api/v1/me/availability", object{"status": "away"}, nil)
}

func (s *shop) fillWith(ctx context.Context, n, first int, operators ...chat.OperatorID) error {
	spec := s.spec()
	spec.Number, spec.First, spec.Operators, spec.Bare = n, first, operators, true
	return s.fill(ctx, spec)
}

func fillPool(ctx context.Context, s *shop, size int) error {
	if err := s.awayed(ctx); err != nil {
		return err
	}
	return s.fillWith(ctx, size, 0)
}

// newOpening is a first text of a new customer.
func newOpening(ctx context.Context, s *shop, i int) error {
	return s.say(ctx, customer(900_000+i), "wamid.grown."+strconv.Itoa(i), "hola")
}

// fillOwn gives the owner conversations, all of them unread, and makes the account three years old.
func fillOwn(ctx context.Context, s *shop, size int) error {
	if err := s.fillWith(ctx, size, 0, chat.OperatorID(s.owner.id)); err != nil {
		return err
	}
	_, err := s.Engine.Client().UpdateItem(ctx, &dynamodb.UpdateItemInput{
		TableName: aws.String(s.Tables().Directory),
		Key: map[string]types.AttributeValue{
			"pk": &types.AttributeValueMemberS{Value: "A#" + string(s.account)}, "sk": &types.AttributeValueMemberS{Value: "A"},
		},
		UpdateExpression:          aws.String("SET createdAt = :at"),
		ConditionExpression:       aws.String("attribute_exists(createdAt)"),
		ExpressionAttributeValues: map[string]types.AttributeValue{":at": &types.AttributeValueMemberN{Value: strconv.FormatInt(s.Clock.Now().AddDate(-3, 0, 0).UnixMilli(), 10)}},
	})
	return err
}

func fillLists(ctx context.Context, s *shop, size int) error {
	if err := s.awayed(ctx); err != nil {
		return err
	}
	if err := s.fillWith(ctx, size-size/2, 0); err != nil {
		return err
	}
	return s.fillWith(ctx, size/2, size, chat.OperatorID(s.owner.id))
}

// everyList are the first pages of the inbox's lists in every order.
func everyList() (all []operation) {
	for _, box := range []struct{ name, query string }{{"mine", "&assignee=me"}, {"the pool", "&assignee=none"}, {"all", ""}} {
		for _, order := range []string{"newest", "oldest", "waiting", "due"} {
			all = append(all, operation{box.name + ", " + order, api("/api/v1/conversations?status=open&limit=50&sort=" + order + box.query)})
		}
	}
	return append(all, operation{"contacts", api("/api/v1/contacts?limit=50")})
}

// api asks the api's handler, as the owner.
func api(target string) func(context.Context, *shop, int) error {
	return func(ctx context.Context, s *shop, _ int) error {
		path, query, _ := strings.Cut(target, "?")
		request := events.APIGatewayV2HTTPRequest{
			Version: "2.0", RawPath: path, RawQueryString: query, Headers: map[string]string{"authorization": "Bearer " + s.owner.token},
		}
		request.RequestContext.HTTP.Method, request.RequestContext.HTTP.Path = http.MethodGet, path
		request.RequestContext.RequestID, request.RequestContext.HTTP.SourceIP = "bench", "127.0.0.1"
		body, err := json.Marshal(request)
		if err != nil {
			return err
		}
		answer, err := s.Invoke(ctx, "api", body)
		if err != nil {
			return err
		}
		var response events.APIGatewayV2HTTPResponse
		if err := json.Unmarshal(answer, &response); err != nil {
			return err
		}
		var list struct{ Items []struct{} }
		if err := json.Unmarshal([]byte(response.Body), &list); err != nil || response.StatusCode != http.StatusOK {
			return fmt.Errorf("%s answered %d: %s", target, response.StatusCode, response.Body)
		}
		if query != "" && len(list.Items) != 50 {
			return fmt.Errorf("%s answered %d items", target, len(list.Items))
		}
		return nil
	}
}

// fillSockets opens a conversation and browsers, the first of which looks at it.
func fillSockets(ctx context.Context, s *shop, size int) error {
	if err := s.awayed(ctx); err != nil {
		return err
	}
	ids, err := s.conversations(ctx, 1)
	if err != nil {
		return err
	}
	for range size {
		b, err := s.owner.browse(ctx, func(string, time.Time) {})
		if err != nil {
			return err
		}
		s.browsers = append(s.browsers, b)
	}
	if len(s.browsers) == 0 {
		return errors.New("no browsers")
	}
	return s.browsers[0].view(ctx, ids[0])
}

func textIntoOpen(ctx context.Context, s *shop, i int) error {
	return s.say(ctx, customer(0), "wamid.beside."+strconv.Itoa(i), "¿tienen stock?")
}
