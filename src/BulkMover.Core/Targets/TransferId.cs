using System.Security.Cryptography;
using System.Text;

namespace BulkMover.Core.Targets;

/// <summary>
/// Names a transfer: 16 hex digits of the hash of source, snapshot, target and the options that change the result, so that
/// the same command names the same transfer.
/// </summary>
public readonly record struct TransferId(string Value)
{
    public static TransferId Of(params IEnumerable<string?> parts)
    {
        // The length before each part keeps ("ab","c") and ("a","bc") apart; null differs from empty.
        string text = string.Concat(parts.Select(part => part is null ? "-;" : $"{part.Length}:{part};"));
        return new TransferId(Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(text)).AsSpan(0, 8)));
    }

    public override string ToString() => Value;
}
