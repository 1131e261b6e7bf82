package main

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"
)

var probes = slices.Concat(valueProbes, writeProbes, transactionProbes, readProbes)

var valueProbes = []probe{
	{"an empty string is a value, but not a key", func(ctx context.Context, p *probing) error {
		err := p.put(ctx, with(key("a", "a"), "e", ""))
		return join(err, refused(p.put(ctx, key("", "a")), invalid), refused(p.put(ctx, with(key("b", "b"), "gpk", "", "gsk", "1")), invalid))
	}},
	{"an empty set is refused", func(ctx context.Context, p *probing) error {
		return refused(p.put(ctx, with(key("a", "a"), "s", &types.AttributeValueMemberSS{Value: []string{}})), invalid)
	}},
	{"an index key of another type is refused", func(ctx context.Context, p *probing) error {
		return refused(p.put(ctx, with(key("a", "a"), "gpk", n("1"), "gsk", "1")), invalid)
	}},
	{"numbers keep 38 digits", func(ctx context.Context, p *probing) error {
		const long = "12345678901234567890123456789012345678"
		if err := p.put(ctx, with(key("a", "a"), "x", n(long), "y", n("0."+long), "z", n("1.50"), "e", n("1E+3"))); err != nil {
			return err
		}
		got, err := p.get(ctx, key("a", "a"))
		return join(err, equal(number(got, "x"), long), equal(number(got, "y"), "0."+long), equal(number(got, "z"), "1.5"), equal(number(got, "e"), "1000"))
	}},
	{"numbers of 39 digits, or beyond 1E125, are refused", func(ctx context.Context, p *probing) error {
		return join(refused(p.put(ctx, with(key("a", "a"), "x", n("123456789012345678901234567890123456789"))), invalid),
			refused(p.put(ctx, with(key("a", "b"), "x", n("1E126"))), invalid))
	}},
	{"arithmetic is exact", func(ctx context.Context, p *probing) error {
		if _, err := p.update(ctx, "SET x = :a", item{":a": n("0.1")}); err != nil {
			return err
		}
		if _, err := p.update(ctx, "SET x = x + :a", item{":a": n("0.2")}); err != nil {
			return err
		}
		got, err := p.update(ctx, "ADD x :a", item{":a": n("9007199254740993")})
		return join(err, equal(number(got, "x"), "9007199254740993.3"))
	}},
	{"an item has at most 400 KB, names counted", func(ctx context.Context, p *probing) error {
		const room = 400*1024 - len("pka"+"ska"+"x")
		return join(p.put(ctx, with(key("a", "a"), "x", strings.Repeat("x", room))),
			refused(p.put(ctx, with(key("a", "b"), "x", strings.Repeat("x", room+1))), invalid))
	}},
	{"an update cannot make it larger either", func(ctx context.Context, p *probing) error {
		if err := p.put(ctx, with(key("a", "a"), "x", strings.Repeat("x", 399*1024))); err != nil {
			return err
		}
		_, err := p.update(ctx, "SET y = :y", item{":y": s(strings.Repeat("y", 2000))})
		return refused(err, invalid)
	}},
	{"a partition key has at most 2048 bytes, a sort key 1024", func(ctx context.Context, p *probing) error {
		return join(p.put(ctx, key(strings.Repeat("p", 2048), strings.Repeat("s", 1024))),
			refused(p.put(ctx, key(strings.Repeat("p", 2049), "a")), invalid), refused(p.put(ctx, key("a", strings.Repeat("s", 1025))), invalid))
	}},
}

var writeProbes = []probe{
	{"a failed condition brings the item that is there", func(ctx context.Context, p *probing) error {
		if err := p.put(ctx, with(key("a", "a"), "x", "old")); err != nil {
			return err
		}
		in := put(p.table, key("a", "a"))
		in.ConditionExpression = aws.String("attribute_not_exists(pk)")
		in.ReturnValuesOnConditionCheckFailure = types.ReturnValuesOnConditionCheckFailureAllOld
		_, err := p.db.PutItem(ctx, in)
		var failed *types.ConditionalCheckFailedException
		if !errors.As(err, &failed) {
			return refused(err, conditions)
		}
		return equal(number(failed.Item, "x"), "old")
	}},
	{"a condition on what is not there fails", func(ctx context.Context, p *probing) error {
		_, err := p.db.DeleteItem(ctx, &dynamodb.DeleteItemInput{TableName: &p.table, Key: key("a", "a"), ConditionExpression: aws.String("version = :v"), ExpressionAttributeValues: item{":v": n("1")}})
		return refused(err, conditions)
	}},
	{"set, if_not_exists, list_append, add and remove in one update", func(ctx context.Context, p *probing) error {
		if err := p.put(ctx, with(key("a", "a"), "l", &types.AttributeValueMemberL{Value: []types.AttributeValue{n("1")}}, "gone", "x", "tags", &types.AttributeValueMemberSS{Value: []string{"a", "b"}})); err != nil {
			return err
		}
		got, err := p.update(ctx, "SET f = if_not_exists(f, :f), l = list_append(l, :l) ADD c :one REMOVE gone DELETE tags :t", item{
			":f": s("first"), ":one": n("1"), ":t": &types.AttributeValueMemberSS{Value: []string{"a"}}, ":l": &types.AttributeValueMemberL{Value: []types.AttributeValue{n("2")}},
		})
		if err != nil {
			return err
		}
		list, _ := got["l"].(*types.AttributeValueMemberL)
		tags, _ := got["tags"].(*types.AttributeValueMemberSS)
		if list == nil || tags == nil {
			return fmt.Errorf("the list or the set is missing: %v", got)
		}
		return join(equal(number(got, "f"), "first"), equal(len(list.Value), 2), equal(number(got, "c"), "1"), equal(tags.Value, []string{"b"}), equal(got["gone"] == nil, true))
	}},
	{"overlapping paths are refused", func(ctx context.Context, p *probing) error {
		_, err := p.update(ctx, "SET m = :v, m.a = :v", item{":v": s("x")})
		return refused(err, invalid)
	}},
	{"a path into what is not there is refused", func(ctx context.Context, p *probing) error {
		_, err := p.update(ctx, "SET m.a = :v", item{":v": s("x")})
		return refused(err, invalid)
	}},
	{"a key cannot be updated", func(ctx context.Context, p *probing) error {
		_, err := p.update(ctx, "SET sk = :v", item{":v": s("x")})
		return refused(err, invalid)
	}},
	{"a reserved word needs a placeholder", func(ctx context.Context, p *probing) error {
		_, err := p.update(ctx, "SET status = :v", item{":v": s("x")})
		return refused(err, invalid)
	}},
	{"a value that is not used is refused", func(ctx context.Context, p *probing) error {
		_, err := p.update(ctx, "SET x = :v", item{":v": s("x"), ":w": s("x")})
		return refused(err, invalid)
	}},
	{"size, contains, between, in and attribute_type in a condition", func(ctx context.Context, p *probing) error {
		if err := p.put(ctx, with(key("a", "a"), "x", "abc", "v", n("5"))); err != nil {
			return err
		}
		in := put(p.table, key("a", "a"))
		in.ConditionExpression = aws.String("size(x) = :three AND contains(x, :b) AND v BETWEEN :three AND :nine AND v IN (:three, :five) AND attribute_type(v, :n) AND NOT (x = :b OR attribute_not_exists(x))")
		in.ExpressionAttributeValues = item{":three": n("3"), ":b": s("b"), ":nine": n("9"), ":five": n("5"), ":n": s("N")}
		_, err := p.db.PutItem(ctx, in)
		return err
	}},
	{"a batch writes at most 25 items, each once", func(ctx context.Context, p *probing) error {
		batch := func(n int, sk func(int) string) error {
			var requests []types.WriteRequest
			for i := range n {
				requests = append(requests, types.WriteRequest{PutRequest: &types.PutRequest{Item: key("a", sk(i))}})
			}
			_, err := p.db.BatchWriteItem(ctx, &dynamodb.BatchWriteItemInput{RequestItems: map[string][]types.WriteRequest{p.table: requests}})
			return err
		}
		own := func(i int) string { return fmt.Sprint(i) }
		return join(batch(25, own), refused(batch(26, own), invalid), refused(batch(2, func(int) string { return "same" }), invalid))
	}},
}

var transactionProbes = []probe{
	{"a cancelled transaction tells a reason for each item, with the item, and writes nothing", func(ctx context.Context, p *probing) error {
		if err := p.put(ctx, key("a", "taken")); err != nil {
			return err
		}
		err := p.transact(ctx, "", p.txPut(key("a", "free")), p.txPut(key("a", "taken")), p.txPut(key("a", "free2")))
		there, getErr := p.get(ctx, key("a", "free"))
		return join(equal(reasons(err), "None ConditionalCheckFailed(taken) None"), getErr, equal(len(there), 0))
	}},
	{"an item that is too large is a reason or a refusal, and nothing is written", func(ctx context.Context, p *probing) error {
		err := p.transact(ctx, "", p.txPut(key("a", "free")), p.txPut(with(key("a", "large"), "x", strings.Repeat("x", 400<<10))))
		there, getErr := p.get(ctx, key("a", "free"))
		if c := code(err); c != cancelled && c != invalid {
			return fmt.Errorf("%s, want %s or %s", c, cancelled, invalid)
		}
		return join(getErr, equal(len(there), 0))
	}},
	{"a token makes a transaction happen once", func(ctx context.Context, p *probing) error {
		for range 2 {
			if err := p.transact(ctx, p.table, p.txAdd()); err != nil {
				return err
			}
		}
		got, err := p.get(ctx, key("a", "a"))
		return join(err, equal(number(got, "c"), "1"))
	}},
	{"a token with other content is refused", func(ctx context.Context, p *probing) error {
		if err := p.transact(ctx, p.table, p.txAdd()); err != nil {
			return err
		}
		return refused(p.transact(ctx, p.table, p.txPut(key("b", "b"))), "IdempotentParameterMismatchException")
	}},
	{"one item twice in a transaction is refused", func(ctx context.Context, p *probing) error {
		return refused(p.transact(ctx, "", p.txPut(key("a", "a")), p.txAdd()), invalid)
	}},
	{"a transaction has at most 100 items", func(ctx context.Context, p *probing) error {
		var many []types.TransactWriteItem
		for i := range 101 {
			many = append(many, p.txPut(key("m", fmt.Sprint(i))))
		}
		return join(refused(p.transact(ctx, "", many...), invalid), p.transact(ctx, "", many[:100]...))
	}},
	{"a transaction reads what is there and what is not", func(ctx context.Context, p *probing) error {
		if err := p.put(ctx, key("a", "a")); err != nil {
			return err
		}
		get := func(sk string) types.TransactGetItem {
			return types.TransactGetItem{Get: &types.Get{TableName: &p.table, Key: key("a", sk)}}
		}
		out, err := p.db.TransactGetItems(ctx, &dynamodb.TransactGetItemsInput{TransactItems: []types.TransactGetItem{get("a"), get("b")}})
		if err != nil {
			return err
		}
		return join(equal(len(out.Responses), 2), equal(len(out.Responses[0].Item), 2), equal(len(out.Responses[1].Item), 0))
	}},
}

var readProbes = []probe{
	{"begins_with pages without a gap, both ways", func(ctx context.Context, p *probing) error {
		for i := range 250 {
			if err := p.put(ctx, key("a", fmt.Sprintf("M#%04d", i))); err != nil {
				return err
			}
		}
		if err := join(p.put(ctx, key("a", "L#1")), p.put(ctx, key("a", "N#1"))); err != nil {
			return err
		}
		for _, forward := range []bool{true, false} {
			var seen []string
			in := dynamodb.QueryInput{
				KeyConditionExpression: aws.String("pk = :p AND begins_with(sk, :m)"), ExpressionAttributeValues: item{":p": s("a"), ":m": s("M#")},
				Limit: aws.Int32(100), ScanIndexForward: &forward,
			}
			for {
				out, err := p.query(ctx, in)
				if err != nil {
					return err
				}
				for _, i := range out.Items {
					seen = append(seen, number(i, "sk"))
				}
				if in.ExclusiveStartKey = out.LastEvaluatedKey; in.ExclusiveStartKey == nil {
					break
				}
			}
			if !forward {
				slices.Reverse(seen)
			}
			if len(seen) != 250 || !slices.IsSorted(seen) || len(slices.Compact(seen)) != 250 {
				return fmt.Errorf("%d items, forward %v", len(seen), forward)
			}
		}
		return nil
	}},
	{"a page ends at 1 MB", func(ctx context.Context, p *probing) error {
		for i := range 150 {
			if err := p.put(ctx, with(key("a", fmt.Sprintf("%04d", i)), "x", strings.Repeat("x", 10000))); err != nil {
				return err
			}
		}
		out, err := p.query(ctx, dynamodb.QueryInput{KeyConditionExpression: aws.String("pk = :p"), ExpressionAttributeValues: item{":p": s("a")}})
		if err != nil {
			return err
		}
		if out.Count < 100 || out.Count > 106 || out.LastEvaluatedKey == nil {
			return fmt.Errorf("%d items of 10 KB in a page, more told: %v", out.Count, out.LastEvaluatedKey != nil)
		}
		return nil
	}},
	{"a limit counts before the filter", func(ctx context.Context, p *probing) error {
		for i := range 10 {
			if err := p.put(ctx, with(key("a", fmt.Sprint(i)), "even", fmt.Sprint(i%2 == 0))); err != nil {
				return err
			}
		}
		out, err := p.query(ctx, dynamodb.QueryInput{
			KeyConditionExpression: aws.String("pk = :p"), FilterExpression: aws.String("even = :e"), Limit: aws.Int32(4),
			ExpressionAttributeValues: item{":p": s("a"), ":e": s("true")},
		})
		if err != nil {
			return err
		}
		return join(equal(out.Count, 2), equal(out.ScannedCount, 4), equal(out.LastEvaluatedKey != nil, true))
	}},
	{"strings sort by their bytes", func(ctx context.Context, p *probing) error {
		for _, sk := range []string{"b", "B", "é", "a", "😀", "\uffee", "~"} {
			if err := p.put(ctx, key("a", sk)); err != nil {
				return err
			}
		}
		out, err := p.query(ctx, dynamodb.QueryInput{KeyConditionExpression: aws.String("pk = :p"), ExpressionAttributeValues: item{":p": s("a")}})
		if err != nil {
			return err
		}
		var got []string
		for _, i := range out.Items {
			got = append(got, number(i, "sk"))
		}
		return equal(got, []string{"B", "a", "b", "~", "é", "\uffee", "😀"})
	}},
	{"an index holds what it projects, of the items that have its keys", func(ctx context.Context, p *probing) error {
		if err := join(p.put(ctx, conversation("a", 1)), p.put(ctx, conversation("b", 2)), p.put(ctx, key("c", "C")), p.put(ctx, with(key("d", "C"), "gpk", "open"))); err != nil {
			return err
		}
		in := dynamodb.QueryInput{IndexName: aws.String("inbox"), KeyConditionExpression: aws.String("gpk = :p"), ExpressionAttributeValues: item{":p": s("open")}, ScanIndexForward: aws.Bool(false), Limit: aws.Int32(1)}
		out, err := p.query(ctx, in)
		if err != nil {
			return err
		}
		if len(out.Items) != 1 || out.LastEvaluatedKey == nil {
			return fmt.Errorf("%d items in the first page", len(out.Items))
		}
		first := out.Items[0]
		in.ExclusiveStartKey = out.LastEvaluatedKey
		rest, err := p.query(ctx, in)
		if err != nil {
			return err
		}
		return join(equal(number(first, "pk"), "b"), equal(len(first), 7), equal(first["unprojected"] == nil, true),
			equal(len(out.LastEvaluatedKey), 4), equal(len(rest.Items), 1), equal(number(rest.Items[0], "pk"), "a"))
	}},
	{"an index is not read consistently", func(ctx context.Context, p *probing) error {
		_, err := p.query(ctx, dynamodb.QueryInput{IndexName: aws.String("inbox"), ConsistentRead: aws.Bool(true), KeyConditionExpression: aws.String("gpk = :p"), ExpressionAttributeValues: item{":p": s("open")}})
		return refused(err, invalid)
	}},
	{"an item that loses its index key leaves the index", func(ctx context.Context, p *probing) error {
		if err := p.put(ctx, with(key("a", "a"), "gpk", "open", "gsk", "1")); err != nil {
			return err
		}
		if _, err := p.update(ctx, "REMOVE gsk", nil); err != nil {
			return err
		}
		out, err := p.query(ctx, dynamodb.QueryInput{IndexName: aws.String("inbox"), KeyConditionExpression: aws.String("gpk = :p"), ExpressionAttributeValues: item{":p": s("open")}})
		if err != nil {
			return err
		}
		return equal(out.Count, 0)
	}},
	{"a batch reads at most 100 keys, each once", func(ctx context.Context, p *probing) error {
		batch := func(n int, sk func(int) string) error {
			var keys []item
			for i := range n {
				keys = append(keys, key("a", sk(i)))
			}
			_, err := p.db.BatchGetItem(ctx, &dynamodb.BatchGetItemInput{RequestItems: map[string]types.KeysAndAttributes{p.table: {Keys: keys}}})
			return err
		}
		own := func(i int) string { return fmt.Sprint(i) }
		return join(batch(100, own), refused(batch(101, own), invalid), refused(batch(2, func(int) string { return "same" }), invalid))
	}},
	{"a start key of another partition is refused", func(ctx context.Context, p *probing) error {
		_, err := p.query(ctx, dynamodb.QueryInput{KeyConditionExpression: aws.String("pk = :p"), ExpressionAttributeValues: item{":p": s("a")}, ExclusiveStartKey: key("b", "1")})
		return refused(err, invalid)
	}},
	{"only the number of matches, where only that is asked for", func(ctx context.Context, p *probing) error {
		if err := p.put(ctx, key("a", "a")); err != nil {
			return err
		}
		out, err := p.query(ctx, dynamodb.QueryInput{KeyConditionExpression: aws.String("pk = :p"), ExpressionAttributeValues: item{":p": s("a")}, Select: types.SelectCount})
		if err != nil {
			return err
		}
		return join(equal(out.Count, 1), equal(len(out.Items), 0))
	}},
	{"a consistent read of a table that is not there is ResourceNotFoundException", func(ctx context.Context, p *probing) error {
		_, err := p.db.GetItem(ctx, &dynamodb.GetItemInput{TableName: aws.String("none"), Key: key("a", "a")})
		return refused(err, "ResourceNotFoundException")
	}},
}
