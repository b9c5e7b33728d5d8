using System.Text;
using System.Text.Json.Nodes;

namespace BulkMover.TableFormats.Tests.Delta;

/// <summary>Damages bytes and JSON, as a bad disk, a bad copy or a bad writer would.</summary>
internal static class Mutations
{
    /// <summary>One to three bits, bytes or runs of bytes are changed, lost or doubled.</summary>
    public static byte[] OfBytes(byte[] original, Random random)
    {
        byte[] bytes = [.. original];
        for (int changes = random.Next(1, 4); changes > 0; changes--)
        {
            int at = random.Next(bytes.Length);
            switch (random.Next(5))
            {
                case 0:
                    bytes[at] ^= (byte)(1 << random.Next(8));
                    break;
                case 1:
                    bytes[at] = (byte)random.Next(256);
                    break;
                case 2:
                    bytes = [.. bytes[..at], .. bytes[Math.Min(bytes.Length, at + random.Next(1, 20))..], 0];
                    break;
                case 3:
                    bytes = bytes[..Math.Max(1, at)];
                    break;
                default:
                    bytes = [.. bytes[..at], .. original.AsSpan(random.Next(original.Length / 2), random.Next(1, 20)), .. bytes[at..]];
                    break;
            }
        }

        return bytes;
    }

    /// <summary>One value in one of the lines becomes another or is lost, or a line is lost, doubled or moved: the JSON stays JSON.</summary>
    public static byte[] OfLines(string[] lines, Random random)
    {
        List<string> changed = [.. lines];
        int line = random.Next(changed.Count);
        switch (random.Next(10))
        {
            case 0:
                changed.RemoveAt(line);
                break;
            case 1:
                changed.Insert(random.Next(changed.Count), changed[line]);
                break;
            case 2:
                (changed[0], changed[line]) = (changed[line], changed[0]);
                break;
            default:
                JsonNode root = JsonNode.Parse(changed[line])!;
                Change(root, random);
                changed[line] = root.ToJsonString();
                break;
        }

        return Encoding.UTF8.GetBytes(string.Join('\n', changed));
    }

    private static void Change(JsonNode root, Random random)
    {
        JsonNode[] parents = [.. Descendants(root).Where(node => node is JsonObject { Count: > 0 } or JsonArray { Count: > 0 })];
        switch (parents[random.Next(parents.Length)])
        {
            case JsonObject parent:
                string name = parent.ElementAt(random.Next(parent.Count)).Key;
                if (random.Next(4) == 0)
                    parent.Remove(name);
                else
                    parent[name] = NewValue(random);
                break;
            case JsonArray parent:
                parent[random.Next(parent.Count)] = NewValue(random);
                break;
        }
    }

    private static JsonNode? NewValue(Random random) => random.Next(12) switch
    {
        0 => null,
        1 => random.Next(-3, 100),
        2 => long.MaxValue,
        3 => 1.5,
        4 => "",
        5 => "a",
        6 => "99999999999999999999",
        7 => true,
        8 => new JsonObject(),
        9 => new JsonArray(),
        10 => "../../etc/passwd",
        _ => new string('%', random.Next(9)) + "\0",
    };

    private static IEnumerable<JsonNode> Descendants(JsonNode node) => node switch
    {
        JsonObject parent => [node, .. parent.Select(child => child.Value).OfType<JsonNode>().SelectMany(Descendants)],
        JsonArray parent => [node, .. parent.OfType<JsonNode>().SelectMany(Descendants)],
        _ => [node],
    };
}
