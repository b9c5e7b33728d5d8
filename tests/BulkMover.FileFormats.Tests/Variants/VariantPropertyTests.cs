using System.Diagnostics;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using BulkMover.FileFormats.Variants;
using Xunit;

namespace BulkMover.FileFormats.Tests.Variants;

/// <summary>Random variants come back as the JSON that they were made from; damaged ones never do harm.</summary>
public sealed class VariantPropertyTests
{
    private const int Seed = 20_241_107;

    [Fact]
    public void Write_RandomJson_IsReadBackEqual()
    {
        var random = new Random(Seed);
        for (int i = 0; i < 2_000; i++)
        {
            JsonNode? json = RandomJson(random, depth: 0);
            (byte[] metadata, byte[] value) = Encode(json, random);

            string written = VariantEncodingTests.Json(value, metadata);

            Assert.True(JsonNode.DeepEquals(json, JsonNode.Parse(written)), $"{json?.ToJsonString()}\n{written}");
        }
    }

    [Fact]
    public void Write_TenThousandMutations_GiveAnErrorOrJson()
    {
        var random = new Random(Seed);
        var clock = Stopwatch.StartNew();
        int errors = 0;
        for (int i = 0; i < 10_000; i++)
        {
            (byte[] metadata, byte[] value) = Encode(RandomJson(random, depth: 0), random);
            (metadata, value) = random.Next(4) == 0 ? (Mutate(metadata, random), value) : (metadata, Mutate(value, random));
            try
            {
                string written = VariantEncodingTests.Json(value, metadata);
                JsonDocument.Parse(written, new JsonDocumentOptions { MaxDepth = VariantWriter.MaxDepth + 1 }).Dispose();
            }
            catch (VariantException)
            {
                errors++;
            }
        }

        Assert.InRange(errors, 1_000, 9_999);
        // It takes a second; the rest is for a busy machine.
        Assert.InRange(clock.Elapsed, TimeSpan.Zero, TimeSpan.FromMinutes(1));
    }

    private static (byte[] Metadata, byte[] Value) Encode(JsonNode? json, Random random)
    {
        var names = new List<string>();
        byte[] value = new VariantBytes(random.Next(3, 5), random.Next(1, 5), random.Next(2) == 0).Of(json, names);
        return (VariantBytes.MetadataOf(random.Next(2, 5), isSorted: false, [.. names]), value);
    }

    private static byte[] Mutate(byte[] bytes, Random random)
    {
        byte[] changed = [.. bytes];
        for (int changes = random.Next(1, 4); changes > 0 && changed.Length > 0; changes--)
        {
            int at = random.Next(changed.Length);
            changed = random.Next(5) switch
            {
                0 => changed[..at],
                1 => [.. changed[..at], (byte)random.Next(256), .. changed[at..]],
                2 => [.. changed[..at], .. changed[(at + 1)..]],
                3 => [.. changed[..at], (byte)random.Next(256), .. changed[(at + 1)..]],
                _ => [.. changed[..at], (byte)(changed[at] ^ 1 << random.Next(8)), .. changed[(at + 1)..]],
            };
        }

        return changed;
    }

    private static JsonNode? RandomJson(Random random, int depth)
    {
        switch (random.Next(depth > 4 ? 5 : 8))
        {
            case 0: return null;
            case 1: return JsonValue.Create(random.Next(2) == 0);
            case 2: return JsonValue.Create(random.NextInt64(long.MinValue, long.MaxValue) >> random.Next(64));
            case 3: return JsonValue.Create((random.NextDouble() - 0.5) * Math.Pow(10, random.Next(-300, 300)));
            case 4: return JsonValue.Create(RandomText(random));
            case 5: return new JsonArray([.. Enumerable.Range(0, random.Next(5)).Select(_ => RandomJson(random, depth + 1))]);
            default:
                var fields = new JsonObject();
                for (int i = random.Next(5); i > 0; i--)
                    fields[RandomText(random)] = RandomJson(random, depth + 1);
                return fields;
        }
    }

    private static string RandomText(Random random)
    {
        var text = new StringBuilder();
        for (int length = random.Next(random.Next(10) == 0 ? 100 : 8); length > 0; length--)
            text.Append(random.Next(8) == 0 ? new Rune(random.Next(0xE000, 0x10FFFF)) : new Rune(random.Next(0x80)));
        return text.ToString();
    }
}
